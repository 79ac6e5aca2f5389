/**
 * The benchmark's result in Markdown, Istio's figures beside it.
 */
import { renderTable } from "../table.ts";
import type { SizeFigures } from "./mesh-size.ts";

const headings = [
  "services",
  "proxies",
  "all connect, s",
  "KB each",
  "endpoints of all, p50 ms",
  "p99 ms",
  "CPU ms",
  "endpoints of some, p50 ms",
  "p99 ms",
  "CPU ms",
  "new Service, p50 ms",
  "p99 ms",
  "bytes to others",
  "full push, s",
  "KB each",
  "RSS MiB",
];

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(1);
}

function rowOf({ size, connecting, everybodys, some, newServices, fullPush, memory }: SizeFigures): readonly string[] {
  return [
    String(size.services),
    String(size.proxies),
    connecting.seconds.toFixed(2),
    kilobytes(connecting.bytes),
    everybodys.p50.toFixed(1),
    everybodys.p99.toFixed(1),
    everybodys.cpu.toFixed(1),
    some.p50.toFixed(1),
    some.p99.toFixed(1),
    some.cpu.toFixed(1),
    newServices.p50.toFixed(1),
    newServices.p99.toFixed(1),
    String(newServices.strayBytes),
    fullPush.seconds.toFixed(2),
    kilobytes(fullPush.bytes),
    memory.resident.toFixed(0),
  ];
}

export function mainTable(figures: readonly SizeFigures[]): string {
  return renderTable(headings, figures.map(rowOf));
}

/** What 10,000 changes leave behind; empty where that was not measured. */
export function enduranceSentence(figures: readonly SizeFigures[]): string {
  const sentences = figures.flatMap(({ size, endurance }) => {
    if (endurance === undefined) return [];
    const { changes, before, after, perSecond, cpu } = endurance;
    return [
      `${changes} changes of endpoints with ${size.services} services and ${size.proxies} proxies, ` +
        `${perSecond.toFixed(0)} a second, ${cpu.toFixed(2)} CPU ms each: ` +
        `heap in use ${before.heap.toFixed(1)} MiB before, ${after.heap.toFixed(1)} MiB after; ` +
        `RSS ${before.resident.toFixed(0)} and ${after.resident.toFixed(0)} MiB.`,
    ];
  });
  return sentences.join("\n");
}

/** Measured once, earlier, with Istio's control plane; see docs/benchmarks.md for what differs. */
const istioRows: readonly (readonly string[])[] = [
  ["100", "100", "0.36 (5.7)", "212", "111", "118", "10-11", "169", "205", "75", "455"],
  ["1000", "100", "2.8-3.2 (5.9)", "2000", "119", "126", "23-26", "501", "653", "512", "1431-1465"],
];

const istioHeadings = [
  "services",
  "proxies",
  "all connect, s",
  "KB each",
  "endpoints of all, p50 ms",
  "p99 ms",
  "CPU ms",
  "new Service, p50 ms",
  "p99 ms",
  "KB to each",
  "RSS MiB",
];

export function istioTable(): string {
  return renderTable(istioHeadings, istioRows);
}
