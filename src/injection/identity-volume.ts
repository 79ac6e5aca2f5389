/**
 * The volume by which a sidecar in a mesh proves who it is and knows whom to trust: a service-account token made for the
 * control plane alone, and the mesh's trust anchors. Fields that the API server would default are written out, so that a
 * second pass finds what the first one wrote.
 */
import type { Volume, VolumeMount } from "../kubernetes/pod.ts";

/** Where the volume is mounted in the proxy. */
export const identityDirectory = "/var/run/outrigger";
export const tokenPath = `${identityDirectory}/token`;

/** Who the token is for; the control plane accepts no other. */
export const tokenAudience = "outrigger-control-plane";
/** The ConfigMap that the control plane keeps in every namespace, with the SDS file `root.yaml`. */
export const trustConfigMap = "outrigger-trust";

/** The volume's name, where the pod does not use it for something else. */
export const identityVolumeName = "outrigger-identity";
// The kubelet renews the token after 80 % of it; twelve hours survive a long outage of the API server.
const tokenSeconds = 43_200;
/** 0644: the proxy runs as a user of its own. */
const readableByAll = 0o644;

export function createIdentityVolume(name: string): Volume {
  const token = { audience: tokenAudience, expirationSeconds: tokenSeconds, path: "token" };
  // Not optional: Envoy does not start without the file, so the kubelet waits for it, and its Event says for what.
  const trust = { name: trustConfigMap, items: [{ key: "root.yaml", path: "root.yaml" }] };
  const projected = { defaultMode: readableByAll, sources: [{ serviceAccountToken: token }, { configMap: trust }] };
  return { name, projected } as Volume;
}

export function createIdentityMount(name: string): VolumeMount {
  return { name, mountPath: identityDirectory, readOnly: true };
}
