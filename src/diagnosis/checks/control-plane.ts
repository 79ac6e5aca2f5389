/**
 * Whether the control plane runs, its certificates last, sidecars are connected to it and take what they are sent, and
 * objects are as it understands them. Pure.
 */
import type { ReplicaCertificates } from "../../control-plane/pages/pages.ts";
import type { ObjectProblems } from "../../control-plane/model/problem-book.ts";
import { formatProblem } from "../../problem.ts";
import { inOneLine } from "../../proxies/columns.ts";
import type { ProxyList } from "../../proxies/read-proxies.ts";
import type { ReplicaAnswer } from "../../proxies/replicas.ts";
import { answersOf, silentReplicas } from "../../proxies/replicas.ts";
import type { Attempt } from "../attempt.ts";
import type { Check } from "../check.ts";
import { failure, ok, warning } from "../check.ts";
import type { ControlPlaneFacts } from "../control-plane-facts.ts";
import type { DeploymentWords } from "./replicas.ts";
import { checkReplicas, checkSpread } from "./replicas.ts";

const group = "control plane";
const answers = { group, name: "control-plane-answers" };
const serving = { group, name: "control-plane-certificate" };
const roots = { group, name: "mesh-roots" };
const connected = { group, name: "sidecars-connected" };
const refusing = { group, name: "sidecars-refusing" };
const definitions = { group, name: "mesh-definitions" };
const objects = { group, name: "mesh-objects" };

const words: DeploymentWords = {
  group,
  names: { ready: "control-plane-ready", spread: "control-plane-spread" },
  deployment: "the control plane's Deployment",
  install: "`outrigger install --mesh`, or set `mode: standalone` in the mesh config",
  revive: "solve what its pods wait for; until then sidecars keep what they have, and new pods do not become ready",
  single: "there is only one replica of the control plane: while it is replaced, new pods do not become ready",
  restart: "`kubectl -n outrigger-system rollout restart deployment/outrigger-control-plane`",
};

const [hourMs, dayMs] = [3_600_000, 86_400_000];
/** A root of ours is replaced with four months left; this little means that it failed for long, or that it is a given one. */
const leastRootDays = 30;

/** All of them, in the order in which one would look for a fault. */
export function checkControlPlane(facts: ControlPlaneFacts, now: number): readonly Check[] {
  return [
    checkReplicas(facts.replicas, words),
    ...checkSpread(facts.replicas, words),
    ...checkAnswers(facts.certificates),
    ...checkServing(facts.certificates, now),
    ...checkRoots(facts.certificates, now),
    ...checkProxies(facts.proxies),
    checkDefinitions(facts.definitions),
    ...checkObjects(facts.problems),
  ];
}

function checkAnswers(certificates: readonly ReplicaAnswer<unknown>[]): readonly Check[] {
  const silent = silentReplicas(certificates);
  if (silent.length === 0) return [];
  const fix =
    "run as somebody who may `get` and `create` `pods/portforward` in outrigger-system; see the replica's log";
  return [warning(answers, "not every replica could be asked", fix, silent)];
}

function checkServing(certificates: readonly ReplicaAnswer<ReplicaCertificates>[], now: number): readonly Check[] {
  const lives = answersOf(certificates).flatMap(({ replica, value }) =>
    value.server.slice(0, 1).map(({ notBefore, notAfter }) => {
      const end = Date.parse(notAfter);
      return { replica, left: end - now, whole: end - Date.parse(notBefore) };
    }),
  );
  if (lives.length === 0) return [];
  const fix = "see the control plane's log for what keeps it from renewing: its right to its Secret, its CA, the clock";
  const details = lives.map(({ replica, left }) => `${replica}: ${Math.floor(left / hourMs)} h left`);
  if (lives.some(({ left }) => left <= 0)) {
    return [failure(serving, "a replica serves with a certificate that has expired", fix, details)];
  }
  const least = Math.floor(Math.min(...lives.map(({ left }) => left)) / hourMs);
  const message = `the replicas' certificates are valid for at least ${least} more hours`;
  // Renewed with a third of its life left.
  const late = lives.some(({ left, whole }) => left < whole / 4);
  return [late ? warning(serving, message, fix, details) : ok(serving, message)];
}

function checkRoots(certificates: readonly ReplicaAnswer<ReplicaCertificates>[], now: number): readonly Check[] {
  // The newest of each replica's: older ones are on their way out.
  const ends = answersOf(certificates).map(({ value }) =>
    Math.max(...value.roots.map(({ notAfter }) => Date.parse(notAfter))),
  );
  const end = Math.min(...ends);
  const fix = "renew your own CA's Secret; for one of the mesh's own, see the control plane's log and docs/identity.md";
  if (ends.length === 0) return [];
  if (!Number.isFinite(end)) return [failure(roots, "a replica has no root that sidecars could trust", fix)];
  if (end <= now) return [failure(roots, "the mesh's root has expired: no sidecar trusts another", fix)];
  const days = Math.floor((end - now) / dayMs);
  const message = `the mesh's root is valid for ${days} more days`;
  return [days < leastRootDays ? warning(roots, message, fix) : ok(roots, message)];
}

function checkProxies(proxies: Attempt<ProxyList>): readonly Check[] {
  if (proxies.state !== "known") {
    const why = proxies.state === "unknown" ? proxies.why : "there are none";
    return [warning(connected, `the sidecars could not be looked at: ${why}`, "see the checks above")];
  }
  const { rows } = proxies.value;
  const lost = rows.filter((row) => !row.connected);
  const bad = rows.filter(({ refused }) => refused.length > 0);
  const refusals = bad.flatMap(({ pod, refused }) =>
    refused.map(({ name, message }) => `${pod}: ${name}: ${inOneLine(message)}`),
  );
  const summary =
    rows.length === 0 ? "no pod carries a sidecar of the mesh" : `all ${rows.length} sidecars are connected`;
  return [
    lost.length === 0
      ? ok(connected, summary)
      : warning(
          connected,
          `${lost.length} of ${rows.length} sidecars are not connected to the control plane`,
          "see `outrigger proxy log POD` for why; what they have goes on working until their certificates expire",
          lost.map(({ pod, because = "" }) => `${pod}: ${because}`),
        ),
    bad.length === 0
      ? ok(refusing, "no sidecar refuses what it is sent")
      : warning(
          refusing,
          `${bad.length} of ${rows.length} sidecars refuse something that they were sent`,
          "they keep the version before; report it, with `outrigger proxy config POD -o yaml`",
          refusals,
        ),
  ];
}

function checkDefinitions(found: ControlPlaneFacts["definitions"]): Check {
  const kindsThat = (state: Attempt<unknown>["state"]): readonly string[] =>
    found.filter((definition) => definition.found.state === state).map(({ kind }) => kind);
  const [missing, unsure] = [kindsThat("absent"), kindsThat("unknown")];
  if (missing.length > 0) {
    const message = `CRDs are not installed, so that no such object applies: ${missing.join(", ")}`;
    return warning(definitions, message, "`outrigger install`, or apply `manifests/crds`; the control plane notices");
  }
  if (unsure.length > 0) {
    const whys = found.flatMap(({ kind, found: answer }) =>
      answer.state === "unknown" ? [`${kind}: ${answer.why}`] : [],
    );
    return warning(definitions, `CRDs could not be read: ${unsure.join(", ")}`, "run as an administrator", whys);
  }
  return ok(definitions, `the mesh's CRDs are installed: ${kindsThat("known").join(", ")}`);
}

/** Every replica finds the same. */
function checkObjects(problems: ControlPlaneFacts["problems"]): readonly Check[] {
  const [answer] = answersOf(problems);
  if (answer === undefined) return [];
  const details = answer.value.flatMap(describeProblems);
  if (details.length === 0) return [ok(objects, "the control plane understands every object of the mesh")];
  const fix = "correct what is listed; the rest of the mesh is not affected";
  const count = answer.value.length;
  const message = count === 1 ? "one object of the mesh has problems" : `${count} objects of the mesh have problems`;
  return [warning(objects, message, fix, details)];
}

function describeProblems({ object: { kind, key }, problems }: ObjectProblems): readonly string[] {
  return problems.map((problem) => `${kind} ${key}: ${formatProblem(problem)}`);
}
