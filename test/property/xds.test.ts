/**
 * What holds of every mesh: nothing is named that is not there, the same mesh gives the same bytes however it came to be,
 * and a change names everything that it changes.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { ResourceChange } from "../../src/control-plane/ads/resource-source.ts";
import { typeUrls } from "../../src/control-plane/ads/resource-source.ts";
import type { Proxy } from "../../src/control-plane/proxy.ts";
import { parseDestinationName } from "../../src/control-plane/xds/names.ts";
import type { MeshResources } from "../../src/control-plane/xds/resource-source.ts";
import { createResourceSource } from "../../src/control-plane/xds/resource-source.ts";
import { defaultTranslationSettings } from "../../src/control-plane/xds/translation-settings.ts";
import type { MeshStatement } from "../mesh/fake-mesh.ts";
import { FakeMesh } from "../mesh/fake-mesh.ts";
import type { ResourceType, Translation } from "../mesh/translate.ts";
import { failOnFault, resourceOf, shown, textsUnder, translate, wildcardOf } from "../mesh/translate.ts";
import { addresses, proxies, statements } from "./xds/arbitrary.ts";

const secrets = {
  certificate: (identity: string) => ({ certificateChain: identity, privateKey: "key" }),
  trustBundle: () => "roots",
};

function sourceOf(mesh: FakeMesh): MeshResources {
  return createResourceSource({ mesh, secrets, settings: defaultTranslationSettings, onFault: failOnFault });
}

const types = Object.keys(typeUrls) as ResourceType[];

/** `type name` → version. */
function versions(translation: Translation): ReadonlyMap<string, string> {
  return new Map(
    types.flatMap((type) => [...translation[type]].map(([name, { version }]) => [`${type} ${name}`, version] as const)),
  );
}

/** Whether a proxy that is told of this change looks at the resource again. */
function concerns(change: ResourceChange, proxy: Proxy, type: ResourceType, name: string): boolean {
  if (change.proxies === "all" || change.proxies.has(proxy.pod)) return true;
  return change.shared.get(typeUrls[type])?.has(name) ?? false;
}

describe("the translation", () => {
  test("names no cluster, endpoints or route table that is not there", () => {
    fc.assert(
      fc.property(statements, proxies, (statement, proxy) => {
        const translation = translate(sourceOf(new FakeMesh(statement)), proxy, addresses);
        const all = (type: ResourceType): readonly unknown[] =>
          [...translation[type].values()].map((resource) => shown(type, resource));
        const isThere = (name: string): boolean =>
          translation.cluster.has(name) || parseDestinationName(name) !== undefined || name === "refused";
        for (const name of textsUnder("cluster", [...all("listener"), ...all("route")])) assert.ok(isThere(name), name);
        for (const name of textsUnder("route_config_name", all("listener")))
          assert.ok(translation.route.has(name), name);
        for (const name of textsUnder("service_name", all("cluster"))) assert.ok(translation.endpoints.has(name), name);
        for (const address of addresses) assert.ok(translation.cluster.has(`tcp|${address}`), address);
      }),
      { numRuns: 40 },
    );
  });

  test("gives the same bytes for the same mesh, whatever was before it and in whatever order it is said", () => {
    fc.assert(
      fc.property(fc.array(statements, { minLength: 1, maxLength: 4 }), proxies, (history, proxy) => {
        const [first, ...later] = history as [MeshStatement, ...MeshStatement[]];
        const mesh = new FakeMesh(first);
        const source = sourceOf(mesh);
        translate(source, proxy, addresses);
        for (const statement of later) {
          source.meshChanged(mesh.replace(statement));
          translate(source, proxy, addresses);
        }
        const last = history.at(-1) ?? first;
        const reversed = new FakeMesh({
          ...last,
          services: last.services.toReversed(),
          workloads: last.workloads.toReversed(),
        });
        const anew = versions(translate(sourceOf(reversed), proxy, addresses.toReversed()));
        assert.deepEqual(new Map([...versions(translate(source, proxy, addresses))].sort()), new Map([...anew].sort()));
      }),
      { numRuns: 60 },
    );
  });

  test("a change names what it changes", () => {
    fc.assert(
      fc.property(statements, statements, proxies, (one, other, proxy) => {
        const mesh = new FakeMesh(one);
        const source = sourceOf(mesh);
        const changes: ResourceChange[] = [];
        source.subscribe((change) => changes.push(change));
        const before = translate(source, proxy, addresses);
        const names = (): string => JSON.stringify(types.map((type) => wildcardOf(source, proxy, typeUrls[type])));
        const namesBefore = names();
        source.meshChanged(mesh.replace(other));
        const isTold = changes.some(({ proxies }) => proxies === "all" || proxies.has(proxy.pod));
        assert.ok(isTold || names() === namesBefore, "the wildcard's names");
        const after = translate(source, proxy, addresses);
        for (const type of types) {
          // What a proxy has not asked for yet, it will ask for.
          for (const [name, { version }] of before[type]) {
            const known = after[type].get(name)?.version ?? resourceOf(source, proxy, typeUrls[type], name)?.version;
            if (known === version) continue;
            assert.ok(
              changes.some((change) => concerns(change, proxy, type, name)),
              `${type} ${name}`,
            );
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("what nobody wants any more is not kept, and given again when somebody does", () => {
    fc.assert(
      fc.property(statements, proxies, (statement, proxy) => {
        const source = sourceOf(new FakeMesh(statement));
        const translation = translate(source, proxy, addresses);
        for (const type of types) for (const name of translation[type].keys()) source.release(typeUrls[type], name);
        assert.deepEqual(versions(translate(source, proxy, addresses)), versions(translation));
      }),
      { numRuns: 20 },
    );
  });
});
