/**
 * The pages of a control plane, for `outrigger proxy`, `outrigger check` and whoever looks it over: the
 * proxies that are connected to this replica, what each was sent, certificates, and what is wrong with objects.
 */
import type { ConnectedProxy, DiscoveryServer, ServerCertificate } from "../ads/discovery-server.ts";
import type { ProxyStatus } from "../ads/discovery-stream.ts";
import type { LiveSecrets } from "../identity/workload-secrets.ts";
import type { MeshModel } from "../model/mesh-model.ts";
import { namespacedName } from "../model/workload.ts";
import type { CertificateSummary } from "./certificate-summary.ts";
import { summarizeCertificates } from "./certificate-summary.ts";
import type { ResourceType } from "./proxy-contents.ts";
import { showContents } from "./proxy-contents.ts";

/** A connected proxy on `/proxies`. */
export interface ListedProxy extends ProxyStatus {
  /** Milliseconds since the epoch; left out where there is no certificate for it. */
  readonly certificateExpiresAt?: number;
}

/** `/certificates`: what this replica serves with, and the roots that it hands out; the newest root first. */
export interface ReplicaCertificates {
  readonly server: readonly CertificateSummary[];
  readonly roots: readonly CertificateSummary[];
}

/** `/proxies/<namespace>/<pod>/certs`. */
export interface ProxyCertificates {
  readonly identity: string;
  /** Its own first, then those that lead to a root. */
  readonly chain: readonly CertificateSummary[];
  readonly roots: readonly CertificateSummary[];
}

export interface PagesOptions {
  readonly server: Pick<DiscoveryServer, "proxies" | "proxy">;
  readonly secrets: LiveSecrets;
  readonly certificate: Pick<ServerCertificate, "current">;
  readonly model: Pick<MeshModel, "problems">;
}

/** Path segment → types of resources that it shows. */
const parts: Readonly<Record<string, readonly ResourceType[]>> = {
  config: ["listener", "route", "cluster", "endpoints", "secret"],
  listeners: ["listener"],
  routes: ["route"],
  clusters: ["cluster"],
  endpoints: ["endpoints"],
  secrets: ["secret"],
};

type Parameters = Readonly<Record<string, string>>;

/** Path → what it shows; undefined where there is no such thing. */
export function createPages(options: PagesOptions): Readonly<Record<string, (parameters: Parameters) => unknown>> {
  const { server, secrets, certificate, model } = options;
  return {
    "/proxies": (): readonly ListedProxy[] => server.proxies().map((status) => listed(status, secrets)),
    "/proxies/:namespace/:pod/:part": ({ namespace = "", pod = "", part = "" }) => {
      const proxy = server.proxy(namespacedName(namespace, pod));
      return proxy && showPart(part, proxy, secrets);
    },
    "/certificates": (): ReplicaCertificates => ({
      server: summarizeCertificates(certificate.current()?.certificate ?? ""),
      roots: summarizeCertificates(secrets.trustBundle()),
    }),
    "/problems": () => model.problems(),
  };
}

function listed(status: ProxyStatus, secrets: LiveSecrets): ListedProxy {
  const certificateExpiresAt = secrets.expiresAt(status.proxy.identity);
  return { ...status, ...(certificateExpiresAt !== undefined && { certificateExpiresAt }) };
}

function showPart(part: string, { status, contents }: ConnectedProxy, secrets: LiveSecrets): unknown {
  if (part === "certs") return showCertificates(status.proxy.identity, secrets);
  const types = Object.hasOwn(parts, part) ? parts[part] : undefined;
  return types && showContents(contents, types);
}

function showCertificates(identity: string, secrets: LiveSecrets): ProxyCertificates {
  return {
    identity,
    chain: summarizeCertificates(secrets.certificate(identity)?.certificateChain ?? ""),
    roots: summarizeCertificates(secrets.trustBundle()),
  };
}
