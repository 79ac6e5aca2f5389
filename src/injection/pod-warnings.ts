/**
 * Warnings about the application itself: things that are allowed and will not work as its author expects.
 */
import { initContainerName, proxyContainerName, proxyGid, proxyUid, reservedPorts } from "../envoy/ports.ts";
import type { Container, Pod } from "../kubernetes/pod.ts";
import { allContainers, tcpPorts } from "../kubernetes/pod.ts";

function warnOfIdentity(pod: Pod, container: Container): readonly string[] {
  const uid = container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  const gid = container.securityContext?.runAsGroup ?? pod.spec.securityContext?.runAsGroup;
  const identity = uid === proxyUid ? `user ${proxyUid}` : gid === proxyGid ? `group ${proxyGid}` : undefined;
  return identity === undefined
    ? []
    : [`container ${container.name} runs as ${identity}, which is the proxy's: its outbound traffic is not captured`];
}

function warnOfPorts({ name, ports }: Container): readonly string[] {
  return tcpPorts(ports)
    .filter(({ containerPort }) => reservedPorts.includes(containerPort))
    .map(({ containerPort }) => `container ${name} declares port ${containerPort}, which the proxy listens on`);
}

/** One sentence for each thing that will surprise. */
export function warnOfApplication(pod: Pod): readonly string[] {
  return allContainers(pod.spec)
    .filter(({ name }) => name !== proxyContainerName && name !== initContainerName)
    .flatMap((container) => [...warnOfIdentity(pod, container), ...warnOfPorts(container)]);
}
