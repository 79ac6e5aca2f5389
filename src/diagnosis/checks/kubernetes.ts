/**
 * Whether the cluster itself can run Outrigger. Pure.
 */
import type { ServerVersion } from "../../kubernetes/server-version.ts";
import { runsNativeSidecars } from "../../kubernetes/server-version.ts";
import type { Attempt } from "../attempt.ts";
import type { Check } from "../check.ts";
import { failure, ok, warning } from "../check.ts";

const group = "kubernetes";
const reachable = { group, name: "api-server-answers" };
const version = { group, name: "kubernetes-version" };
const admission = { group, name: "admission-webhooks" };

/** From here on everything that the manifests use is stable: match conditions and admission policies. */
const firstStableMinor = 30;

/** Whether there is an API server, and of a version that runs native sidecars. */
export function checkServer(server: Attempt<ServerVersion>): readonly Check[] {
  if (server.state !== "known") {
    const why = server.state === "unknown" ? server.why : "it does not know /version";
    const fix = "check --kubeconfig and --context, and the network between here and the API server";
    return [failure(reachable, `the API server does not answer: ${why}`, fix)];
  }
  const text = `${server.value.major}.${server.value.minor}`;
  return [ok(reachable, "the API server answers"), checkVersion(server.value, text)];
}

function checkVersion(server: ServerVersion, text: string): Check {
  if (!runsNativeSidecars(server)) {
    const message = `Kubernetes ${text} does not run native sidecar containers`;
    return failure(version, message, "upgrade the cluster to 1.29 or newer, better 1.30");
  }
  if (server.major === 1 && server.minor < firstStableMinor) {
    const message = `in Kubernetes ${text} match conditions of webhooks are still beta`;
    return warning(version, message, "upgrade the cluster to 1.30 or newer, which Outrigger is tested with");
  }
  return ok(version, `Kubernetes ${text} runs native sidecar containers`);
}

/** Whether the API server has webhooks and policies at all. */
export function checkAdmissionApi(resources: Attempt<readonly string[]>): readonly Check[] {
  const fix =
    "start the API server with the plugin MutatingAdmissionWebhook and the API admissionregistration.k8s.io/v1";
  if (resources.state === "unknown") {
    return [warning(admission, `whether there are admission webhooks is not known: ${resources.why}`, fix)];
  }
  const names = resources.state === "known" ? resources.value : [];
  if (!names.includes("mutatingwebhookconfigurations")) {
    return [failure(admission, "the API server has no mutating admission webhooks", fix)];
  }
  if (!names.includes("validatingadmissionpolicies")) {
    const message = "the API server has no validating admission policies, which --ha needs";
    return [warning(admission, message, "install without --ha, or upgrade the cluster to 1.30 or newer")];
  }
  return [ok(admission, "the API server has admission webhooks and policies")];
}
