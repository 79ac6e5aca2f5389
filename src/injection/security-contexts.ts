/**
 * Security contexts of the containers that Outrigger adds. The proxy's passes Pod Security "restricted"; what the init
 * container needs beyond that, and what transparent proxying costs, is said here and nowhere else.
 */
import { proxyGid, proxyUid } from "../envoy/ports.ts";
import type { InterceptionMode } from "../iptables/capture-plan.ts";
import type { SecurityContext } from "../kubernetes/pod.ts";

const confined = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  seccompProfile: { type: "RuntimeDefault" },
} as const;

/** Writing rules needs the network capabilities, and Kubernetes gives capabilities to root only. */
export const initSecurityContext: SecurityContext = {
  ...confined,
  capabilities: { add: ["NET_ADMIN", "NET_RAW"], drop: ["ALL"] },
  runAsGroup: 0,
  runAsNonRoot: false,
  runAsUser: 0,
};

const restricted: SecurityContext = {
  ...confined,
  capabilities: { drop: ["ALL"] },
  runAsGroup: proxyGid,
  runAsNonRoot: true,
  runAsUser: proxyUid,
};

/**
 * Sockets that answer for, or speak as, somebody else's address need NET_ADMIN, so in `tproxy` mode the proxy is root; its
 * own traffic is then known by its group.
 */
const transparent: SecurityContext = {
  ...confined,
  capabilities: { add: ["NET_ADMIN"], drop: ["ALL"] },
  runAsGroup: proxyGid,
  runAsNonRoot: false,
  runAsUser: 0,
};

export function proxySecurityContext(mode: InterceptionMode): SecurityContext {
  return mode === "tproxy" ? transparent : restricted;
}
