/**
 * Resources that are a proxy's own: its listeners, its fixed clusters, its secrets. Proxies whose settings are alike have
 * alike listeners, which are made and encoded once.
 */
import { memoize } from "../../bounded-memo.ts";
import type { Listener } from "../../envoy/resource.ts";
import type { EncodedResource } from "../ads/resource-source.ts";
import { typeUrls } from "../ads/resource-source.ts";
import type { Mesh } from "../model/mesh.ts";
import type { PortLimit } from "../model/replica-limits.ts";
import type { Proxy } from "../proxy.ts";
import { encodedJson } from "./encoded.ts";
import { fixedCluster } from "./fixed-clusters.ts";
import { inboundListener } from "./inbound-listener.ts";
import { inboundRoutes } from "./inbound-routes.ts";
import type { ListenerInput } from "./listener-input.ts";
import type { KeyedInput } from "./listener-inputs.ts";
import { ListenerInputs } from "./listener-inputs.ts";
import type { ListenerKind } from "./names.ts";
import { certificateName, parseListenerName, trustName } from "./names.ts";
import { inspectedListener, opaqueListener, outboundListener, requestsListener } from "./outbound-listeners.ts";
import type { WorkloadCertificate, WorkloadSecrets } from "./secrets.ts";
import { certificateSecret, trustSecret } from "./secrets.ts";
import type { TranslationSettings } from "./translation-settings.ts";
import { escapes, inspects } from "./wildcard-names.ts";

/** Distinct listeners and secrets that are kept encoded; more are made anew when asked for. */
const kept = 4096;

/** Makes a listener; undefined where the name means none. */
export function makeListener(wanted: ListenerKind, input: ListenerInput): Listener | undefined {
  switch (wanted.kind) {
    case "inbound":
      return inboundListener(input);
    case "outbound":
      return outboundListener(input);
    case "requests":
      return requestsListener(input);
    case "inspected":
      return inspectedListener(wanted.port, input);
    case "opaque":
      return opaqueListener(wanted.address, input);
  }
}

interface ListenerRequest {
  readonly name: string;
  readonly wanted: ListenerKind;
  readonly settings: KeyedInput;
}

interface ClusterRequest extends Pick<Proxy, "interceptionMode" | "ipFamilies"> {
  readonly name: string;
}

function encodeListener({ wanted, settings }: ListenerRequest): EncodedResource | undefined {
  const listener = makeListener(wanted, settings.input);
  return listener === undefined ? undefined : encodedJson(typeUrls.listener, listener);
}

/** The ports and addresses that have listeners of their own. */
export interface ListenerTargets {
  readonly inspected: ReadonlySet<number>;
  readonly opaque: ReadonlySet<string>;
}

function isWanted(wanted: ListenerKind, proxy: Proxy, targets: ListenerTargets): boolean {
  if (proxy.interceptionMode === "none") return false;
  if (wanted.kind === "requests") return proxy.internalListeners;
  if (wanted.kind === "inspected") return inspects(proxy, wanted.port, targets.inspected);
  if (wanted.kind !== "opaque") return true;
  return targets.opaque.has(wanted.address) && escapes(proxy, wanted.address, targets.inspected);
}

export interface ProxyResources {
  listener(proxy: Proxy, name: string, targets: ListenerTargets): EncodedResource | undefined;
  cluster(proxy: Proxy, name: string): EncodedResource | undefined;
  /** The route table of inbound requests. */
  inboundRoutes(proxy: Proxy): EncodedResource;
  secret(proxy: Proxy, name: string): EncodedResource | undefined;
}

export function createProxyResources(
  mesh: Mesh,
  secrets: WorkloadSecrets,
  { ranges, unknownDestinations }: TranslationSettings,
): ProxyResources {
  const { trustDomain } = mesh;
  const inputs = new ListenerInputs({ trustDomain, ranges });
  const listener = memoize(encodeListener, ({ name, settings }) => `${name} ${settings.key}`, kept);
  const trust = memoize(
    (bundle: string) => encodedJson(typeUrls.secret, trustSecret(bundle)),
    (bundle) => bundle,
    1,
  );
  const certificate = memoize(
    (pem: WorkloadCertificate) => encodedJson(typeUrls.secret, certificateSecret(pem)),
    ({ certificateChain }) => certificateChain,
    kept,
  );
  const cluster = memoize(
    ({ name, ...proxy }: ClusterRequest) => {
      const made = fixedCluster(name, proxy, unknownDestinations);
      return made === undefined ? undefined : encodedJson(typeUrls.cluster, made);
    },
    (request) => JSON.stringify(request),
    kept,
  );
  const routes = memoize(
    (limits: readonly PortLimit[]) => encodedJson(typeUrls.route, inboundRoutes(limits)),
    (limits) => JSON.stringify(limits),
    kept,
  );
  return {
    listener: (proxy, name, targets) => {
      const wanted = parseListenerName(name);
      if (wanted === undefined || !isWanted(wanted, proxy, targets)) return undefined;
      return listener({
        name,
        wanted,
        settings: inputs.of(proxy, mesh.workload(proxy.pod), mesh.requestPorts(proxy.pod)),
      });
    },
    inboundRoutes: ({ pod }) => routes(mesh.inboundLimits(pod)),
    cluster: ({ interceptionMode, ipFamilies }, name) => cluster({ name, interceptionMode, ipFamilies }),
    secret: ({ identity }, name) => {
      if (name === trustName) return trust(secrets.trustBundle());
      const pem = name === certificateName ? secrets.certificate(identity) : undefined;
      return pem === undefined ? undefined : certificate(pem);
    },
  };
}
