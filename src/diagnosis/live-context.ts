/**
 * The injection context of a live cluster, made from what the API server tells, so that the command line decides as the
 * webhook does. Pure; what is read is given.
 */
import { isIPv6 } from "node:net";
import { hashMeshConfig } from "../config/hash.ts";
import { parseMeshConfig } from "../config/load.ts";
import type { MeshConfig } from "../config/schema.ts";
import { validateDefaults } from "../injection/annotations/registry.ts";
import type { InjectionContext } from "../injection/outcome.ts";
import { meshConfigKey, systemNamespace } from "../installation/names.ts";
import type { KubernetesObject } from "../kubernetes/api.ts";
import type { ServerVersion } from "../kubernetes/server-version.ts";
import { runsNativeSidecars } from "../kubernetes/server-version.ts";
import type { IpFamily } from "../net/cidr.ts";
import type { Parsed } from "../problem.ts";
import { unparsable } from "../problem.ts";
import type { LivePod } from "../workloads/why-not-ready.ts";

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The mesh config that a ConfigMap holds, or what is wrong with it. */
export function readMeshConfig({ data }: ConfigMap): Parsed<MeshConfig> {
  const text = data?.[meshConfigKey];
  if (text === undefined)
    return unparsable(`data["${meshConfigKey}"]`, "there is no such key", "put the mesh config there");
  return parseMeshConfig(text, validateDefaults);
}

/** The families of the pod network, told by the addresses of pods; IPv4 where none has any yet. */
export function ipFamiliesOf(pods: readonly LivePod[]): readonly IpFamily[] {
  const addresses = pods.flatMap(({ status }) => status?.podIPs ?? []).map(({ ip }) => ip);
  const families = new Set(addresses.map((ip): IpFamily => (isIPv6(ip) ? "IPv6" : "IPv4")));
  return families.size === 0 ? ["IPv4"] : [...families];
}

export interface LiveFacts {
  readonly config: MeshConfig;
  readonly server: ServerVersion;
  /** The injector's own pods. */
  readonly injectors: readonly LivePod[];
  /** Of the injector that runs. */
  readonly version: string;
}

/** What the webhook decides by. */
export function liveContext({ config, server, injectors, version }: LiveFacts): InjectionContext {
  return {
    config,
    configHash: hashMeshConfig(config),
    version,
    meshNamespace: systemNamespace,
    nativeSidecars: runsNativeSidecars(server),
    ipFamilies: config.ipFamilies === "auto" ? ipFamiliesOf(injectors) : config.ipFamilies,
    // Only the path of a drain request comes of it, which no decision looks at.
    drainKey: "",
  };
}
