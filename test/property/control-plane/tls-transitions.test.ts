/** That no flip of MeshTLS, however soon after another, has a client speak to a server that does not understand it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { modeOfPort } from "../../../src/control-plane/model/tls-policies.ts";
import type { TlsInEffect, TlsTransition } from "../../../src/control-plane/model/tls-transition.ts";
import { beginTransition, proceed, tlsInEffect } from "../../../src/control-plane/model/tls-transition.ts";
import type { InboundTls, TlsMode } from "../../../src/control-plane/model/workload.ts";
import { anyChange } from "./arbitrary-objects.ts";
import { answersOf, emptyMesh } from "./mesh-snapshot.ts";

const anyMode = fc.constantFrom<TlsMode>("strict", "permissive", "disabled");
const ports = [80, 8080] as const;
const anyTls: fc.Arbitrary<InboundTls> = fc
  .record({ mode: anyMode, own: fc.tuple(anyMode, anyMode) })
  .map(({ mode, own }) => ({
    mode,
    ports: ports.map((port, index) => ({ port, mode: own[index] ?? mode })).filter((port) => port.mode !== mode),
  }));

interface Workload {
  readonly said: InboundTls;
  readonly transition: TlsTransition | undefined;
}

function inEffect({ said, transition }: Workload): TlsInEffect {
  return tlsInEffect(said, transition);
}

/** A flip, or the end of a stage. */
function step(workload: Workload, next: InboundTls | "proceed"): Workload {
  const { said, transition } = workload;
  if (next === "proceed") return { said, transition: transition && proceed(transition) };
  if (isDeepStrictEqual(next, said)) return workload;
  return { said: next, transition: beginTransition(inEffect(workload), next) };
}

/** Whether a server understands its sidecars' clients on a port. */
function understands(server: InboundTls, clients: InboundTls, port: number): boolean {
  const mode = modeOfPort(server, port);
  return modeOfPort(clients, port) === "disabled" ? mode !== "strict" : mode !== "disabled";
}

suite("transitions of MeshTLS", () => {
  test("at each step, servers that have not heard of it understand clients that have, and the other way round", () => {
    const steps = fc.array(fc.oneof(anyTls, fc.constant("proceed" as const)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(anyTls, steps, (first, following) => {
        let workload: Workload = { said: first, transition: undefined };
        for (const next of following) {
          const [before, after] = [inEffect(workload), inEffect(step(workload, next))];
          for (const port of [...ports, 443]) {
            for (const server of [before.server, after.server]) {
              for (const clients of [before.clients, after.clients]) {
                assert.ok(understands(server, clients, port), `port ${port} of ${JSON.stringify({ before, after })}`);
              }
            }
          }
          workload = step(workload, next);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("end after two stages with what is said", () => {
    fc.assert(
      fc.property(anyTls, anyTls, (first, second) => {
        const flipped = step({ said: first, transition: undefined }, second);
        const settled = step(step(flipped, "proceed"), "proceed");
        assert.deepEqual(inEffect(settled), { server: second, clients: second });
      }),
    );
  });

  test("let nobody in for longer where clients go on as they did", () => {
    const flipped = step(
      { said: { mode: "permissive", ports: [] }, transition: undefined },
      { mode: "strict", ports: [] },
    );
    assert.equal(inEffect(flipped).server.mode, "strict");
  });
});

suite("a mesh model that changes gradually", () => {
  test("is in the end as one that changes at once", () => {
    fc.assert(
      fc.property(fc.array(anyChange, { minLength: 1, maxLength: 25 }), (changes) => {
        const [gradual, atOnce] = [emptyMesh(), emptyMesh()];
        const waiting = new Set<Parameters<typeof gradual.workload>[0]>();
        for (const change of changes) {
          for (const pod of gradual.applyGradually([change]).underway) waiting.add(pod);
          atOnce.apply([change]);
        }
        for (let rest: ReadonlySet<Parameters<typeof gradual.workload>[0]> = waiting; rest.size > 0;) {
          rest = gradual.proceed(rest).underway;
        }
        assert.deepEqual(answersOf(gradual), answersOf(atOnce));
      }),
      { numRuns: 300 },
    );
  });
});
