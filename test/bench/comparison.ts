/**
 * The comparison: ours against Istio's webhook, for a pod that is injected and one that is skipped, at 1, 16 and 64
 * connections.
 */
import { renderFigures } from "./figures.ts";
import type { Figures } from "./figures.ts";
import { measureSideBySide } from "./measure.ts";
import type { Effort } from "./measure.ts";
import { injectedReview, skippedReview } from "./reviews.ts";
import type { ReviewCase } from "./reviews.ts";
import type { Server } from "./server-process.ts";
import { renderTable } from "./table.ts";

const connectionCounts = [1, 16, 64];
const figureHeadings = ["requests/s", "p50 ms", "p99 ms", "CPU ms/request", "RSS MiB"];
const headings = [
  "pod",
  "c",
  "server",
  ...figureHeadings,
  "requests/s: ours ÷ theirs",
  "p99: theirs ÷ ours",
  "CPU: theirs ÷ ours",
];

/** Measures all cells and renders the table; the first server is ours, which the others are compared with. */
export async function compare(
  servers: readonly Server[],
  effort: Effort,
  log: (line: string) => void,
): Promise<string> {
  const rows: string[][] = [];
  for (const review of [injectedReview, skippedReview]) {
    for (const connections of connectionCounts) {
      log(`${review.name} pods, c=${connections} …`);
      const [ours, ...theirs] = await measureSideBySide(servers, review, connections, effort);
      if (ours === undefined) continue;
      rows.push([review.name, String(connections), servers[0]?.name ?? "", ...renderFigures(ours)]);
      theirs.forEach((figures, index) => {
        const name = servers[index + 1]?.name ?? "";
        rows.push([review.name, String(connections), name, ...renderFigures(figures), ...ratios(ours, figures)]);
      });
    }
  }
  return renderTable(headings, rows);
}

/** How many times better ours is: more requests per second, a lower p99, less CPU per request. */
function ratios(ours: Figures, theirs: Figures): readonly string[] {
  return [ours.requestsPerSecond / theirs.requestsPerSecond, theirs.p99 / ours.p99, theirs.cpu / ours.cpu].map(
    (ratio) => `${ratio.toFixed(1)}x`,
  );
}

/** Measures servers that should be alike and renders one line for each and each kind of pod. */
export async function compareVariants(
  servers: readonly Server[],
  reviews: readonly ReviewCase[],
  effort: Effort,
  log: (line: string) => void,
): Promise<string> {
  const rows: string[][] = [];
  for (const review of reviews) {
    log(`${review.name} pods, c=16: ${servers.map(({ name }) => name).join("; ")} …`);
    const figures = await measureSideBySide(servers, review, 16, effort);
    rows.push(...figures.map((each, index) => [review.name, servers[index]?.name ?? "", ...renderFigures(each)]));
  }
  return renderTable(["pod", "server", ...figureHeadings], rows);
}
