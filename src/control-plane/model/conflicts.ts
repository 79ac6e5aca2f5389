/** Objects that stand in each other's way: exactly one applies, and whoever wrote the others is told which one. */
import type { Problem } from "../../problem.ts";
import type { Claim, ClaimKey } from "./claim.ts";
import { nodePortOf } from "./claim.ts";
import type { MeshTlsRecord } from "./cluster-object.ts";
import type { PolicyIndex } from "./policy-index.ts";
import type { ProblemBook } from "./problem-book.ts";
import type { NamespacedName } from "./workload.ts";
import { namespacedName } from "./workload.ts";

/** Reports the Services that claim what another one has. */
export function reportClaimants(book: ProblemBook, key: ClaimKey, claimants: readonly Claim[]): void {
  const [holder] = claimants;
  for (const claim of claimants) {
    const problems = holder === undefined || claim === holder ? [] : [lostClaim(key, holder)];
    book.set("service", claim.service, claimCause(key), problems);
  }
}

/** Takes back what {@link reportClaimants} has said of a Service that no longer claims the address. */
export function forgetClaimant(book: ProblemBook, key: ClaimKey, service: NamespacedName): void {
  book.set("service", service, claimCause(key), []);
}

function claimCause(key: ClaimKey): string {
  return `claim ${key}`;
}

function lostClaim(key: ClaimKey, holder: Claim): Problem {
  const nodePort = nodePortOf(key);
  return {
    path: "spec",
    message: `${nodePort === undefined ? key : `node port ${nodePort}`} belongs to the Service ${holder.service}`,
    hint: "give one of the two another address or port",
  };
}

/** Reports the MeshTLS objects of a namespace that want to be the one for all of it, beside an older one. */
export function reportNamespaceWide(book: ProblemBook, policies: PolicyIndex, namespace: string): void {
  const { applied, overruled } = policies.namespaceWide(namespace);
  for (const policy of policies.of(namespace)) {
    const lost = applied !== undefined && overruled.includes(policy);
    const message = `the older MeshTLS ${applied?.name ?? ""} applies to the whole namespace already`;
    const hint = "merge the two, or give this one a selector";
    book.set("meshTls", keyOf(policy), scopeCause, lost ? [{ path: "spec", message, hint }] : []);
  }
}

const scopeCause = "scope";
/** Takes back what has been said of a policy beside others. */
export function forgetPolicy(book: ProblemBook, policy: MeshTlsRecord): void {
  book.set("meshTls", keyOf(policy), scopeCause, []);
}

function keyOf({ namespace, name }: MeshTlsRecord): NamespacedName {
  return namespacedName(namespace, name);
}
