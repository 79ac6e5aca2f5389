/** The objects of a cluster, by one list-watch for each kind. */
import type { Clock } from "../../clock.ts";
import type { JsonObject } from "../../json-value.ts";
import type { KubernetesApi, KubernetesObject } from "../../kubernetes/api.ts";
import type { ListWatch, ListWatchTimings, WatchFailure } from "../../kubernetes/list-watch.ts";
import { createListWatch } from "../../kubernetes/list-watch.ts";
import type { Log } from "../../observability/logger.ts";
import type { ObjectChange } from "../model/cluster-object.ts";
import type { ObjectSource, TakeChanges } from "./object-source.ts";
import { tolerateAbsence } from "./optional-collection.ts";
import { readObject, removedObject } from "./read-object.ts";
import type { WatchedKind } from "./watched-kinds.ts";
import { pathsOf, watchedKinds } from "./watched-kinds.ts";
import { gatewayGroup } from "./routes/gateway-group.ts";

export interface ClusterSourceOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly take: TakeChanges;
  readonly onFailure?: (failure: WatchFailure) => void;
  readonly timings?: Partial<ListWatchTimings>;
}

/** A source of all that the mesh is made of; needs `list` and `watch` on the kinds of `watched-kinds.ts`. */
export function createClusterSource(options: ClusterSourceOptions): ObjectSource {
  const hand = gather(options.take);
  const watches = watchedKinds.map((kind) => watchKind(kind, options, hand.add));
  let synced = false;
  const whenSynced = Promise.all(watches.map((watch) => watch.whenSynced())).then(() => {
    hand.over();
    synced = true;
  });
  return {
    start: () => {
      for (const watch of watches) watch.start();
    },
    stop: () => {
      for (const watch of watches) watch.stop();
    },
    synced: () => synced,
    whenSynced: () => whenSynced,
  };
}

function watchKind(
  kind: WatchedKind,
  options: ClusterSourceOptions,
  add: (change: ObjectChange) => void,
): ListWatch<ObjectChange> {
  const keyOf = (object: KubernetesObject): string => keyOfObject(kind, object);
  return createListWatch<ObjectChange>({
    ...options,
    ...(kind.optional && { api: tolerantApi(kind, options) }),
    path: kind.path,
    metadataOnly: kind.metadataOnly,
    keyOf,
    reduce: (object) => readObject(kind.kind, keyOf(object), object as JsonObject),
    onChange: (key, change) => {
      add(change ?? removedObject(kind.kind, key));
    },
  });
}

function tolerantApi(kind: WatchedKind, { api, clock, log }: ClusterSourceOptions): KubernetesApi {
  const from = kind.apiVersion.startsWith(`${gatewayGroup}/`)
    ? "install the Gateway API's CRDs"
    : "apply manifests/crds";
  return tolerateAbsence({
    api,
    clock,
    log,
    kind: kind.name,
    paths: pathsOf(kind),
    hint: `${from}; until then none applies`,
  });
}

function keyOfObject({ namespaced }: WatchedKind, { metadata }: KubernetesObject): string {
  const name = metadata?.name ?? "";
  return namespaced ? `${metadata?.namespace ?? ""}/${name}` : name;
}

/** Events that come in one piece are handed on in one piece: the end of a burst is the end of the event loop's turn. */
function gather(take: TakeChanges): { readonly add: (change: ObjectChange) => void; readonly over: () => void } {
  let gathered: ObjectChange[] = [];
  const over = (): void => {
    if (gathered.length === 0) return;
    const changes = gathered;
    gathered = [];
    take(changes);
  };
  return {
    add: (change) => {
      gathered.push(change);
      if (gathered.length === 1) setImmediate(over);
    },
    over,
  };
}
