/** The result in Markdown. */
import { percentile } from "../figures.ts";
import { renderTable } from "../table.ts";
import type { PairLatencies, SidecarFigures } from "./measure.ts";
import { loadRate } from "./pair.ts";

/** Latency of a request from pod to pod, and what two sidecars (the client's and the server's) add to it. */
export function latencyTable({ plain, meshed }: PairLatencies): string {
  const row = (name: string, latencies: readonly number[]): readonly string[] => [
    name,
    ...[50, 90, 99].map((percent) => percentile(latencies, percent).toFixed(2)),
  ];
  const added = [50, 90, 99].map((percent) => (percentile(meshed, percent) - percentile(plain, percent)).toFixed(2));
  return renderTable(
    [`${loadRate} requests/s from pod to pod`, "p50 ms", "p90 ms", "p99 ms"],
    [row("without sidecars", plain), row("with a sidecar on each side", meshed), ["added by both", ...added]],
  );
}

/** What a sidecar uses. */
export function sidecarTable(figures: readonly SidecarFigures[]): string {
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const rows = figures.map(({ side, load, millicores, last }) => [
    `the ${side}'s, ${load === "idle" ? "idle" : `at ${loadRate} requests/s`}`,
    millicores.toFixed(0),
    mebibytes(last.anonymous),
    mebibytes(last.workingSet),
  ]);
  return renderTable(["sidecar", "CPU, 1/1000 core", "anonymous MiB", "working set MiB"], rows);
}

/** One phrase for all images. */
export function imageSizes(names: readonly string[], bytes: readonly number[]): string {
  return names.map((name, index) => `${name} ${((bytes[index] ?? Number.NaN) / 1e6).toFixed(0)} MB`).join(", ");
}
