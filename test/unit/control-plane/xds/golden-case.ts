/**
 * Golden cases of the translation: a proxy, and a mesh around it, each said by what is special about it.
 */
import { parse } from "yaml";
import type { Address } from "../../../../src/control-plane/model/destination.ts";
import type { Endpoint, ServiceDestination, Share } from "../../../../src/control-plane/model/destination.ts";
import { noHints } from "../../../../src/control-plane/model/destination.ts";
import { endpointsOfShares } from "../../../../src/control-plane/model/tcp-routes/tcp-split.ts";
import type { Workload } from "../../../../src/control-plane/model/workload.ts";
import type { Proxy } from "../../../../src/control-plane/proxy.ts";
import type { TranslationSettings } from "../../../../src/control-plane/xds/translation-settings.ts";
import { defaultTranslationSettings } from "../../../../src/control-plane/xds/translation-settings.ts";
import type { MeshStatement } from "../../../mesh/fake-mesh.ts";
import { proxy, service, workload } from "../../../mesh/sample-mesh.ts";

export interface TranslationCase {
  readonly proxy: Proxy;
  readonly mesh: MeshStatement;
  readonly settings: TranslationSettings;
  /** What the application of the proxy connects to. */
  readonly calls: readonly Address[];
}

type SaidEndpoints = readonly Partial<Endpoint>[];

type SaidShare = Partial<Share> & { readonly endpoints?: SaidEndpoints };

/** Where it has shares, its endpoints are theirs. */
interface SaidService extends Omit<Partial<ServiceDestination>, "endpoints" | "shares"> {
  readonly endpoints?: SaidEndpoints;
  readonly shares?: readonly SaidShare[];
}

interface Said {
  readonly proxy?: Partial<Proxy>;
  readonly services?: readonly SaidService[];
  readonly workloads?: readonly Partial<Workload>[];
  readonly inspectedPorts?: readonly number[];
  readonly opaqueAddresses?: readonly Address[];
  readonly limits?: NonNullable<MeshStatement["limits"]>;
  readonly requestPorts?: NonNullable<MeshStatement["requestPorts"]>;
  readonly settings?: Partial<TranslationSettings>;
  readonly calls?: readonly Address[];
}

const plainEndpoint: Endpoint = {
  ip: "10.77.2.2",
  port: 8080,
  identity: undefined,
  zone: "",
  node: "",
  draining: false,
  hints: noHints,
};

function fullEndpoints(endpoints: SaidEndpoints = []): readonly Endpoint[] {
  return endpoints.map((endpoint) => ({ ...plainEndpoint, ...endpoint }));
}

function fullShare(share: SaidShare): Share {
  return { backend: "shop/db:5432", weight: 1, reach: "cluster", ...share, endpoints: fullEndpoints(share.endpoints) };
}

/** The case that a YAML text stands for. */
export function parseCase(text: string): TranslationCase {
  const said = parse(text, { merge: true }) as Said;
  const services = (said.services ?? []).map((each) => {
    const shares = each.shares?.map(fullShare);
    const endpoints = shares === undefined ? fullEndpoints(each.endpoints) : endpointsOfShares(shares);
    return service({ ...each, shares, endpoints });
  });
  return {
    proxy: proxy(said.proxy),
    mesh: {
      services,
      workloads: (said.workloads ?? [{}]).map((each) => workload(each)),
      inspectedPorts: said.inspectedPorts ?? [],
      opaqueAddresses: said.opaqueAddresses ?? [],
      limits: said.limits ?? {},
      requestPorts: said.requestPorts ?? {},
    },
    settings: { ...defaultTranslationSettings, ...said.settings },
    calls: said.calls ?? [],
  };
}
