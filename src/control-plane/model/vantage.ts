/** Where a client is: which endpoints of a destination it uses depends on nothing else of it. */
import type { Workload } from "./workload.ts";

export interface Vantage {
  /** Empty where unknown. */
  readonly node: string;
  /** Empty where unknown. */
  readonly zone: string;
}

/** Of a client that has not been seen yet, and so is near to nothing. */
const nowhere: Vantage = { node: "", zone: "" };

/** Where a workload is. */
export function vantageOf(workload: Workload | undefined): Vantage {
  return workload ?? nowhere;
}
