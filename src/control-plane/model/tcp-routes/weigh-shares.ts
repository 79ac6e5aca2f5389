/**
 * From shares to what each endpoint gets of the connections. A backend's part is divided evenly among its endpoints, however
 * many they are; an endpoint that several backends have gets a part of each. Endpoints that the same backends have get the
 * same, and so are put together: each such cohort has a weight, and the weights are as the shares are.
 */
import type { Endpoint, Share } from "../destination.ts";
import type { ViewChoice } from "../endpoint-choice.ts";
import { chooseAmong, serving } from "../endpoint-choice.ts";

/** Endpoints that get the same. */
export interface Cohort {
  /** The backends that have them, in the order of the shares. */
  readonly backends: readonly string[];
  /** Of all endpoints together; of {@link wholeWeight}, at least 1. */
  readonly weight: number;
  /** At least one. */
  readonly endpoints: readonly Endpoint[];
}

export interface WeighedShares {
  readonly cohorts: readonly Cohort[];
  /** Of the connections, those that are refused: of {@link wholeWeight}; 0: none. */
  readonly refused: number;
}

/** All connections. Weights are whole numbers: so many are fine enough for the smallest share that a route can give. */
export const wholeWeight = 16_000_000;

type Chosen = Pick<Share, "backend" | "weight" | "endpoints">;

interface Gathered {
  readonly shares: readonly number[];
  readonly endpoint: Endpoint;
}

/** @param shares with the endpoints that are used, each once in a share */
export function weighShares(shares: readonly Chosen[]): WeighedShares {
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return { cohorts: [], refused: wholeWeight };
  const lost = shares.filter(({ endpoints }) => endpoints.length === 0).reduce((sum, { weight }) => sum + weight, 0);
  const cohorts = [...Map.groupBy(gather(shares), ({ shares: among }) => among.join(" ")).values()];
  return {
    cohorts: cohorts.map((members) => cohortOf(members, shares, total)),
    refused: lost === 0 ? 0 : atLeastOne((lost / total) * wholeWeight),
  };
}

/** Each endpoint once, with the places of the shares that it has a part of. */
function gather(shares: readonly Chosen[]): readonly Gathered[] {
  const found = new Map<string, { readonly shares: number[]; readonly endpoint: Endpoint }>();
  for (const [index, { weight, endpoints }] of shares.entries()) {
    if (weight === 0) continue;
    for (const endpoint of endpoints) {
      const key = `${endpoint.ip} ${endpoint.port}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { shares: [index], endpoint });
      else known.shares.push(index);
    }
  }
  return [...found.values()];
}

function cohortOf(members: readonly Gathered[], shares: readonly Chosen[], total: number): Cohort {
  const among = (members[0]?.shares ?? []).map((index) => shares[index]).filter((share) => share !== undefined);
  const ofOne = among.reduce((sum, { weight, endpoints }) => sum + weight / total / endpoints.length, 0);
  return {
    backends: among.map(({ backend }) => backend),
    weight: atLeastOne(ofOne * members.length * wholeWeight),
    endpoints: members.map(({ endpoint }) => endpoint),
  };
}

function atLeastOne(weight: number): number {
  return Math.max(1, Math.round(weight));
}

/**
 * Which endpoints of each share a client uses, by where it is: as if it called the backend itself, but for a preference for
 * near ones, as what is near of one backend says nothing of what is of another.
 */
export function chooseShares(shares: readonly Share[]): ViewChoice<WeighedShares> {
  const choices = shares.map((share) => ({ share, choose: chooseAmong(share) }));
  if (choices.every(({ choose }) => choose === undefined)) return undefined;
  return (vantage) => {
    const views = choices.map(({ share, choose }) => ({ share, view: choose?.(vantage) }));
    return {
      key: views.map(({ view }) => view?.key ?? "").join(" | "),
      groups: () =>
        weighShares(
          views.map(({ share, view }) => ({
            ...share,
            endpoints: view === undefined ? serving(share.endpoints) : view.groups().flat(),
          })),
        ),
    };
  };
}

/** What everybody gets where there is no {@link chooseShares}. */
export function commonShares(shares: readonly Share[]): WeighedShares {
  return weighShares(shares.map((share) => ({ ...share, endpoints: serving(share.endpoints) })));
}
