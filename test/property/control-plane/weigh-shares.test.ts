/** What shares come to, whatever they are. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { Endpoint } from "../../../src/control-plane/model/destination.ts";
import type { WeighedShares } from "../../../src/control-plane/model/tcp-routes/weigh-shares.ts";
import {
  chooseShares,
  commonShares,
  weighShares,
  wholeWeight,
} from "../../../src/control-plane/model/tcp-routes/weigh-shares.ts";
import { shares } from "../xds/arbitrary.ts";

/** Rounding moves each cohort, and the refused part, by half at most; what would be nothing is one. */
const tolerance = ({ cohorts }: WeighedShares): number => cohorts.length + 1;

const keyOf = ({ ip, port }: Endpoint): string => `${ip}:${port}`;

suite("shares of connections", () => {
  test("add up, with what is refused, to all of them", () => {
    fc.assert(
      fc.property(shares, (drawn) => {
        const weighed = weighShares(drawn);
        const sum = weighed.cohorts.reduce((all, { weight }) => all + weight, weighed.refused);
        assert.ok(Math.abs(sum - wholeWeight) <= tolerance(weighed), `${sum} instead of ${wholeWeight}`);
      }),
    );
  });

  test("give each backend its own, evenly among its endpoints; what an endpoint gets is the sum", () => {
    fc.assert(
      fc.property(shares, (drawn) => {
        const weighed = weighShares(drawn);
        const total = drawn.reduce((sum, { weight }) => sum + weight, 0);
        const expected = new Map<string, number>();
        for (const { weight, endpoints } of drawn) {
          for (const endpoint of endpoints) {
            const part = total === 0 ? 0 : (weight / total / endpoints.length) * wholeWeight;
            expected.set(keyOf(endpoint), (expected.get(keyOf(endpoint)) ?? 0) + part);
          }
        }
        const given = new Map(
          weighed.cohorts.flatMap(({ weight, endpoints }) =>
            endpoints.map((endpoint) => [keyOf(endpoint), weight / endpoints.length] as const),
          ),
        );
        for (const [key, part] of expected) {
          assert.ok(Math.abs((given.get(key) ?? 0) - part) <= 1, `${key}: ${given.get(key) ?? 0} instead of ${part}`);
        }
        assert.ok([...given.keys()].every((key) => expected.has(key)));
      }),
    );
  });

  test("name each endpoint once, and lead to none without weight", () => {
    fc.assert(
      fc.property(shares, (drawn) => {
        const { cohorts } = weighShares(drawn);
        const all = cohorts.flatMap(({ endpoints }) => endpoints.map(keyOf));
        assert.equal(new Set(all).size, all.length);
        for (const { weight, backends, endpoints } of cohorts) {
          assert.ok(weight >= 1 && endpoints.length > 0 && backends.length > 0);
          assert.ok(drawn.some((share) => share.weight > 0 && backends.includes(share.backend)));
        }
      }),
    );
  });

  test("are the same wherever the client is, unless a backend's endpoints depend on that", () => {
    const vantage = fc.record({ node: fc.constantFrom("", "node-1", "node-2"), zone: fc.constantFrom("", "a", "b") });
    fc.assert(
      fc.property(shares, fc.array(vantage, { minLength: 1 }), (drawn, vantages) => {
        const choose = chooseShares(drawn);
        const seen = new Map<string, WeighedShares>();
        for (const at of vantages) {
          const view = choose?.(at) ?? { key: "common", groups: () => commonShares(drawn) };
          const weighed = view.groups();
          const known = seen.get(view.key);
          if (known !== undefined) assert.deepEqual(weighed, known);
          seen.set(view.key, weighed);
          const sum = weighed.cohorts.reduce((all, { weight }) => all + weight, weighed.refused);
          assert.ok(Math.abs(sum - wholeWeight) <= tolerance(weighed));
        }
      }),
    );
  });
});
