/**
 * Whether enough of the injector runs, on different nodes, and which version. Pure.
 */
import { rolloutProgress } from "../../workloads/rollout-progress.ts";
import type { LivePod } from "../../workloads/why-not-ready.ts";
import { isReady, whyNotReady } from "../../workloads/why-not-ready.ts";
import type { Attempt } from "../attempt.ts";
import { valueOf } from "../attempt.ts";
import type { Check } from "../check.ts";
import { failure, ok, warning } from "../check.ts";
import type { InjectorDeployment } from "../read-cluster.ts";
import { deployedVersion } from "../read-cluster.ts";

const group = "injector";
const ready = { group, name: "replicas-ready" };
const spread = { group, name: "replicas-spread" };
const version = { group, name: "version" };

export interface ReplicaFacts {
  readonly deployment: Attempt<InjectorDeployment>;
  readonly pods: Attempt<readonly LivePod[]>;
  /** How many nodes take pods. */
  readonly nodes: Attempt<number>;
}

/** Whether there are replicas, ready, more than one. */
export function checkReplicas({ deployment, pods }: ReplicaFacts): Check {
  if (deployment.state === "unknown") {
    return warning(ready, `the injector's Deployment could not be read: ${deployment.why}`, "run as an administrator");
  }
  if (deployment.state === "absent") {
    return failure(ready, "the injector's Deployment does not exist", "run `outrigger install` again");
  }
  const wanted = deployment.value.spec?.replicas ?? 1;
  const count = deployment.value.status?.readyReplicas ?? 0;
  const reasons = whyNotReady(valueOf(pods) ?? []);
  if (count === 0) {
    const fix =
      "solve what its pods wait for; until then pods of labelled namespaces cannot be created, where the webhook configuration stands";
    return failure(ready, `none of ${wanted} replicas is ready`, fix, reasons);
  }
  if (count < wanted)
    return warning(ready, `${count} of ${wanted} replicas are ready`, "solve what they wait for", reasons);
  const progress = rolloutProgress(deployment.value);
  if (progress.state !== "done") {
    return warning(
      ready,
      `a rollout is under way: ${progress.message}`,
      "wait for it, or solve what it waits for",
      reasons,
    );
  }
  return wanted === 1
    ? warning(
        ready,
        "there is only one replica: while it is replaced, pods cannot be created",
        "run two replicas or more",
      )
    : ok(ready, `${count} of ${wanted} replicas are ready`);
}

/** Whether one node's end would take all replicas with it. */
export function checkSpread({ pods, nodes }: ReplicaFacts): readonly Check[] {
  const readyPods = (valueOf(pods) ?? []).filter(isReady);
  if (readyPods.length < 2) return [];
  const used = new Set(readyPods.map(({ spec }) => spec.nodeName));
  if (used.size > 1) return [ok(spread, `the replicas run on ${used.size} nodes`)];
  if ((valueOf(nodes) ?? 1) < 2) return [ok(spread, "all replicas run on the only node")];
  const fix =
    "`kubectl -n outrigger-system rollout restart deployment/outrigger-injector` spreads them; see that nodes have room";
  return [warning(spread, "all replicas run on one node", fix)];
}

/** Whether this command line is the injector's own. */
export function checkVersion(deployment: Attempt<InjectorDeployment>, own: string): readonly Check[] {
  const deployed = deployedVersion(valueOf(deployment));
  if (deployed === undefined) return [];
  if (deployed === own) return [ok(version, `the injector and this command line are both version ${own}`)];
  const message = `the injector is version ${deployed}, this command line ${own}: their defaults may differ`;
  return [
    warning(
      version,
      message,
      "use the command line of the injector's version, or `outrigger install` to bring it to this one",
    ),
  ];
}
