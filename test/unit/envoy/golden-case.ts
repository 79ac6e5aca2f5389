/**
 * Golden cases of the bootstrap: a case states what differs from the plain pod of `sample-input.ts`.
 */
import { parse } from "yaml";
import type { BootstrapInput, ProbeTarget } from "../../../src/envoy/bootstrap-input.ts";
import { bootstrapInput } from "./sample-input.ts";

/** The input that a case's YAML stands for. */
export function parseCase(text: string): BootstrapInput {
  const changed = parse(text) as Partial<BootstrapInput>;
  // YAML has no undefined; a probe without a host asks the pod.
  const probes = (changed.probes ?? []).map((probe): ProbeTarget => ({ ...probe, host: probe.host }));
  return bootstrapInput({ ...changed, probes });
}
