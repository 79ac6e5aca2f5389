/**
 * Whether enough replicas run, on different nodes, and which version. Pure.
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

/** How what is true of every Deployment of ours is told of one of them. */
export interface DeploymentWords {
  /** Heading. */
  readonly group: string;
  readonly names: { readonly ready: string; readonly spread: string };
  /** `the injector's Deployment`. */
  readonly deployment: string;
  /** What to do where the Deployment does not exist. */
  readonly install: string;
  /** What to do where no replica is ready. */
  readonly revive: string;
  /** What a single replica means. */
  readonly single: string;
  readonly restart: string;
}

const injector: DeploymentWords = {
  group: "injector",
  names: { ready: "replicas-ready", spread: "replicas-spread" },
  deployment: "the injector's Deployment",
  install: "run `outrigger install` again",
  revive:
    "solve what its pods wait for; until then pods of labelled namespaces cannot be created, where the webhook configuration stands",
  single: "there is only one replica: while it is replaced, pods cannot be created",
  restart: "`kubectl -n outrigger-system rollout restart deployment/outrigger-injector`",
};

const version = { group: injector.group, name: "version" };

export interface ReplicaFacts {
  readonly deployment: Attempt<InjectorDeployment>;
  readonly pods: Attempt<readonly LivePod[]>;
  /** How many nodes take pods. */
  readonly nodes: Attempt<number>;
}

/** Whether there are replicas, ready, more than one. */
export function checkReplicas({ deployment, pods }: ReplicaFacts, words: DeploymentWords = injector): Check {
  const ready = { group: words.group, name: words.names.ready };
  if (deployment.state === "unknown") {
    return warning(ready, `${words.deployment} could not be read: ${deployment.why}`, "run as an administrator");
  }
  if (deployment.state === "absent") return failure(ready, `${words.deployment} does not exist`, words.install);
  const wanted = deployment.value.spec?.replicas ?? 1;
  const count = deployment.value.status?.readyReplicas ?? 0;
  const reasons = whyNotReady(valueOf(pods) ?? []);
  if (count === 0) return failure(ready, `none of ${wanted} replicas is ready`, words.revive, reasons);
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
    ? warning(ready, words.single, "run two replicas or more")
    : ok(ready, `${count} of ${wanted} replicas are ready`);
}

/** Whether one node's end would take all replicas with it. */
export function checkSpread({ pods, nodes }: ReplicaFacts, words: DeploymentWords = injector): readonly Check[] {
  const spread = { group: words.group, name: words.names.spread };
  const readyPods = (valueOf(pods) ?? []).filter(isReady);
  if (readyPods.length < 2) return [];
  const used = new Set(readyPods.map(({ spec }) => spec.nodeName));
  if (used.size > 1) return [ok(spread, `the replicas run on ${used.size} nodes`)];
  if ((valueOf(nodes) ?? 1) < 2) return [ok(spread, "all replicas run on the only node")];
  return [warning(spread, "all replicas run on one node", `${words.restart} spreads them; see that nodes have room`)];
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
