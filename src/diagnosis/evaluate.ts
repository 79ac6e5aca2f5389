/**
 * All checks over what was collected, in the order in which one would look for a fault: cluster, injector, webhook,
 * mesh config, namespaces, pods, and in a mesh its control plane. Pure.
 */
import { valueOf } from "./attempt.ts";
import type { Check } from "./check.ts";
import { failure } from "./check.ts";
import { checkNames, checkRights, checkSystemNamespace } from "./checks/before-installation.ts";
import { checkAuthorityLifetime, checkServingCertificates } from "./checks/certificates.ts";
import { checkControlPlane } from "./checks/control-plane.ts";
import { checkAdmissionApi, checkServer } from "./checks/kubernetes.ts";
import { checkInForce, checkMeshConfig } from "./checks/mesh-config.ts";
import { checkNamespaces } from "./checks/namespaces.ts";
import { checkPods } from "./checks/pods.ts";
import { checkReplicas, checkSpread, checkVersion } from "./checks/replicas.ts";
import { checkAnswer, checkBundles, checkConfiguration } from "./checks/webhook.ts";
import type { InstallationFacts } from "./installation-facts.ts";
import type { PreflightFacts } from "./preflight-facts.ts";

/** Whether Outrigger can be installed. */
export function evaluatePreflight(facts: PreflightFacts): readonly Check[] {
  const server = checkServer(facts.server);
  // Without an API server nothing else is known, and one error says it all.
  if (facts.server.state !== "known") return server;
  return [
    ...server,
    ...checkAdmissionApi(facts.admissionResources),
    checkRights(facts.rights),
    checkNames(facts.existing),
    checkSystemNamespace(facts.systemNamespace),
  ];
}

/** Whether Outrigger, installed, does its work. */
export function evaluateInstallation(facts: InstallationFacts, now: number, ownVersion: string): readonly Check[] {
  const server = checkServer(facts.server);
  if (facts.server.state !== "known") return server;
  if (facts.deployment.state === "absent" && facts.configurations.every(({ found }) => found.state === "absent")) {
    const subject = { group: "injector", name: "installed" };
    return [
      ...server,
      failure(subject, "Outrigger is not installed in this cluster", "install it with `outrigger install`"),
    ];
  }
  const replicas = { deployment: facts.deployment, pods: facts.injectors, nodes: facts.nodes };
  const live = facts.configurations.flatMap(({ found }) => valueOf(found) ?? []);
  return [
    ...server,
    checkReplicas(replicas),
    ...checkSpread(replicas),
    ...checkVersion(facts.deployment, ownVersion),
    ...facts.configurations.map(checkConfiguration),
    ...checkBundles(live, facts.authorities),
    ...checkAuthorityLifetime(live, now),
    ...checkServingCertificates(facts.certificates, now),
    checkAnswer(facts.probe),
    checkMeshConfig(facts.meshConfig),
    ...checkInForce(facts.probe, facts.context?.configHash, ownVersion),
    ...checkNamespaces(facts.namespaces),
    ...checkPods(facts.survey),
    ...(facts.controlPlane === undefined ? [] : checkControlPlane(facts.controlPlane, now)),
  ];
}
