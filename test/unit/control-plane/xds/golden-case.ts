/**
 * Golden cases of the translation: a proxy, and a mesh around it, each said by what is special about it.
 */
import { parse } from "yaml";
import type { Address } from "../../../../src/control-plane/model/destination.ts";
import type { Endpoint, ServiceDestination } from "../../../../src/control-plane/model/destination.ts";
import { noHints } from "../../../../src/control-plane/model/destination.ts";
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

interface Said {
  readonly proxy?: Partial<Proxy>;
  readonly services?: readonly (Partial<ServiceDestination> & { readonly endpoints?: readonly Partial<Endpoint>[] })[];
  readonly workloads?: readonly Partial<Workload>[];
  readonly inspectedPorts?: readonly number[];
  readonly opaqueAddresses?: readonly Address[];
  readonly limits?: NonNullable<MeshStatement["limits"]>;
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

/** The case that a YAML text stands for. */
export function parseCase(text: string): TranslationCase {
  const said = parse(text, { merge: true }) as Said;
  const services = (said.services ?? []).map((each) =>
    service({ ...each, endpoints: (each.endpoints ?? []).map((endpoint) => ({ ...plainEndpoint, ...endpoint })) }),
  );
  return {
    proxy: proxy(said.proxy),
    mesh: {
      services,
      workloads: (said.workloads ?? [{}]).map((each) => workload(each)),
      inspectedPorts: said.inspectedPorts ?? [],
      opaqueAddresses: said.opaqueAddresses ?? [],
      limits: said.limits ?? {},
    },
    settings: { ...defaultTranslationSettings, ...said.settings },
    calls: said.calls ?? [],
  };
}
