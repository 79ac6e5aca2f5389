/**
 * Envoy's own judgement of every golden translation, and of generated ones: all that a proxy is given, as if it stood in its
 * bootstrap.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { parse as parseYaml } from "yaml";
import type { RoutedPort } from "../../../src/control-plane/model/route.ts";
import { createResourceSource } from "../../../src/control-plane/xds/resource-source.ts";
import { faultFilter } from "../../../src/control-plane/xds/policy/fault-injection.ts";
import { corsFilter, sessionFilter } from "../../../src/control-plane/xds/route-filters.ts";
import type { WorkloadCertificate, WorkloadSecrets } from "../../../src/control-plane/xds/secrets.ts";
import { defaultTranslationSettings } from "../../../src/control-plane/xds/translation-settings.ts";
import { http2 } from "../../../src/envoy/http-protocol.ts";
import { dynamicResources } from "../../../src/envoy/ads.ts";
import { internalListeners } from "../../../src/envoy/internal-listener.ts";
import { namedCluster } from "../../../src/envoy/named-cluster.ts";
import { runtime } from "../../../src/envoy/runtime.ts";
import { goldenFolder } from "../../golden-files.ts";
import { FakeMesh } from "../../mesh/fake-mesh.ts";
import { meshAuthority, workloadCertificate } from "../../mesh/mesh-certificates.ts";
import { proxy, workload } from "../../mesh/sample-mesh.ts";
import type { SaidPort } from "../../mesh/sample-routes.ts";
import { routedPort } from "../../mesh/sample-routes.ts";
import type { Json, ResourceType, Translation } from "../../mesh/translate.ts";
import { failOnFault, shown, translate } from "../../mesh/translate.ts";
import { addresses, proxies, statements } from "../../property/xds/arbitrary.ts";
import type { TranslationCase } from "../../unit/control-plane/xds/golden-case.ts";
import { parseCase } from "../../unit/control-plane/xds/golden-case.ts";
import { envoyBinary } from "../envoy/envoy-binary.ts";

const cases = goldenFolder("xds", "in");

/** Where a bootstrap of ours would have it; it is never asked here. */
const controlPlane = namedCluster({
  name: "control-plane",
  host: "127.0.0.1",
  port: 15_012,
  connectSeconds: 5,
  ipFamilies: ["IPv4"],
  more: http2(),
});

/**
 * A route table comes by its own discovery, so it is shown to Envoy in a listener of its own, with the filters that routes
 * configure. The clusters that it names are asked for when a request needs them.
 */
function listenerOf(table: Json): Json {
  const manager = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
  const router = { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" };
  const config = {
    "@type": `type.googleapis.com/${manager}`,
    stat_prefix: "table",
    route_config: { ...table, validate_clusters: false },
    http_filters: [corsFilter, faultFilter, sessionFilter, { name: "router", typed_config: router }],
  };
  return {
    name: "table",
    address: { socket_address: { address: "127.0.0.1", port_value: 1 } },
    filter_chains: [{ filters: [{ name: "manager", typed_config: config }] }],
  };
}

/** Endpoints come by their own discovery too; the cluster of a golden assignment takes them at once. */
function clusterOf(assignment: Json): Json {
  const name = `assigned|${String(assignment["cluster_name"])}`;
  return { name, type: "STATIC", connect_timeout: "5s", load_assignment: { ...assignment, cluster_name: name } };
}

function bootstrap(translation: Translation): Json {
  const all = (type: ResourceType): readonly Json[] =>
    [...translation[type].values()].map((resource) => shown(type, resource));
  return {
    node: { id: "web-1.shop", cluster: "web" },
    dynamic_resources: { ads_config: dynamicResources.ads_config },
    static_resources: {
      listeners: [...all("listener"), ...all("route").map(listenerOf)],
      clusters: [controlPlane, ...all("cluster"), ...all("endpoints").map(clusterOf)],
      secrets: all("secret"),
    },
    layered_runtime: runtime,
    bootstrap_extensions: [internalListeners],
  };
}

/** Every golden virtual host, each at an address of its own. */
function goldenRoutes(): readonly RoutedPort[] {
  const folder = goldenFolder("routes", "in");
  return readdirSync(folder)
    .sort()
    .map((file, index) => {
      const said = parseYaml(readFileSync(join(folder, file), "utf8")) as SaidPort;
      return routedPort({ ...said, addresses: [`10.96.9.${index + 1}:80`] });
    });
}

describe("envoy --mode validate", () => {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-validate-xds-"));
  let secrets: WorkloadSecrets;
  before(async () => {
    const root = await meshAuthority();
    const certificate: WorkloadCertificate = await workloadCertificate(root, "spiffe://cluster.local/ns/shop/sa/web");
    secrets = { certificate: () => certificate, trustBundle: () => root.certificate };
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function validate({ proxy, mesh, settings, calls }: TranslationCase): void {
    const source = createResourceSource({ mesh: new FakeMesh(mesh), secrets, settings, onFault: failOnFault });
    const file = join(folder, "bootstrap.json");
    writeFileSync(file, JSON.stringify(bootstrap(translate(source, proxy, calls))));
    const { status, stdout, stderr } = spawnSync(
      envoyBinary(),
      ["--mode", "validate", "--config-path", file, "--log-level", "warning"],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stderr.slice(0, 2000));
    assert.match(stdout, /OK/);
    // A deprecated field is a warning, and will be an error in one of the next versions.
    assert.equal(stderr, "");
  }

  for (const file of readdirSync(cases).sort()) {
    test(`takes ${parse(file).name}`, () => {
      validate(parseCase(readFileSync(join(cases, file), "utf8")));
    });
  }

  test("takes every golden virtual host", () => {
    const mesh = { services: [], workloads: [workload()], inspectedPorts: [80], opaqueAddresses: [] };
    const routes = { "*": goldenRoutes() };
    validate({ mesh: { ...mesh, routes }, proxy: proxy(), settings: defaultTranslationSettings, calls: [] });
  });

  test("takes generated meshes", () => {
    for (const [mesh, proxy] of fc.sample(fc.tuple(statements, proxies), { numRuns: 25 })) {
      validate({ mesh, proxy, settings: defaultTranslationSettings, calls: addresses });
    }
  });
});
