/**
 * What a run of the suite has shown: its own report, and the outcome of each test.
 */
import type { TestResult } from "./results.ts";

/** As the suite writes it, as far as the page needs it. */
export interface ConformanceReport {
  /** When the suite ended, RFC 3339. */
  readonly date: string;
  readonly gatewayAPIVersion: string;
  readonly gatewayAPIChannel: string;
  readonly implementation: { readonly version: string };
  readonly profiles: readonly ProfileReport[];
}

export interface ProfileReport {
  readonly name: string;
  readonly core: SupportLevel;
  readonly extended?: SupportLevel & {
    readonly supportedFeatures?: readonly string[];
    readonly unsupportedFeatures?: readonly string[];
  };
}

export interface SupportLevel {
  readonly result: string;
  readonly statistics: { readonly Passed: number; readonly Failed: number; readonly Skipped: number };
}

/** What the suite leaves out of its report. */
export interface RecordedRun {
  /** How many requests had to go right in a row. */
  readonly successes: number;
  readonly tests: readonly TestResult[];
}

/** What every mesh of a profile must support. */
const coreFeatures: Readonly<Record<string, readonly string[]>> = {
  "MESH-HTTP": ["Mesh", "HTTPRoute"],
  "MESH-GRPC": ["Mesh", "GRPCRoute"],
};

/** Whether a test is in the numbers of a profile: if that knows all features which the test is for. */
export function countsIn({ name, extended }: ProfileReport, { features }: TestResult): boolean {
  const known = [
    ...(coreFeatures[name] ?? []),
    ...(extended?.supportedFeatures ?? []),
    ...(extended?.unsupportedFeatures ?? []),
  ];
  return features.every((feature) => known.includes(feature));
}
