/**
 * Figures of one cell of the table: what was counted in each round, and what they come to together.
 */

/** One round's window of measurement, from both sides of the connection. */
export interface Sample {
  /** Seconds that the window took. */
  readonly seconds: number;
  /** Milliseconds of each request answered in the window. */
  readonly latencies: readonly number[];
  /** CPU milliseconds that the server used in the window. */
  readonly cpuMilliseconds: number;
  /** The server's resident MiB at the end of the window. */
  readonly residentMebibytes: number;
}

export interface Figures {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  /** Milliseconds. */
  readonly p99: number;
  /** CPU milliseconds per request, of the server alone. */
  readonly cpu: number;
  /** MiB, the highest of the rounds. */
  readonly resident: number;
}

/** The nearest-rank percentile of an ascending list. */
export function percentile(ascending: readonly number[], percent: number): number {
  const rank = Math.max(Math.ceil((percent / 100) * ascending.length), 1);
  return ascending[rank - 1] ?? Number.NaN;
}

/** Pools the rounds of a cell: all requests count alike, whichever round they fell into. */
export function summarize(samples: readonly Sample[]): Figures {
  const latencies = samples.flatMap((sample) => sample.latencies).sort((a, b) => a - b);
  const total = (pick: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + pick(sample), 0);
  return {
    requestsPerSecond: latencies.length / total((sample) => sample.seconds),
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
    cpu: total((sample) => sample.cpuMilliseconds) / latencies.length,
    resident: Math.max(...samples.map((sample) => sample.residentMebibytes)),
  };
}

/** In the order of the table's columns, with no more digits than the measurement bears. */
export function renderFigures({ requestsPerSecond, p50, p99, cpu, resident }: Figures): readonly string[] {
  return [requestsPerSecond.toFixed(0), p50.toFixed(2), p99.toFixed(2), cpu.toFixed(3), resident.toFixed(0)];
}
