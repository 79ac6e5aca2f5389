/**
 * How Kubernetes merges each list of a Pod in a strategic merge patch.
 *
 * These are the `patchStrategy` and `patchMergeKey` tags of `k8s.io/api/core/v1` (v0.34): `test/judges/strategic-merge`
 * reads them from the Go types, and a test holds this table against what it read. A list that is not named here is
 * atomic: the patch's list takes the place of the old one. The `retainKeys` strategy is left out, because it only says
 * how a client makes a patch; the directive `$retainKeys` itself works on every object.
 */

/** The lists of one type that are merged, and its objects in which there are any. */
export interface MergeSchema {
  readonly lists?: Readonly<Record<string, MergeList>>;
  readonly objects?: Readonly<Record<string, MergeSchema>>;
}

export interface MergeList {
  /** The field that identifies an item; undefined for a set of primitives. */
  readonly mergeKey?: string;
  readonly items?: MergeSchema;
}

const metadata: MergeSchema = {
  lists: { ownerReferences: { mergeKey: "uid" }, finalizers: {} },
};

/** One container, init container or ephemeral container. */
export const containerSchema: MergeSchema = {
  lists: {
    ports: { mergeKey: "containerPort" },
    env: { mergeKey: "name" },
    volumeMounts: { mergeKey: "mountPath" },
    volumeDevices: { mergeKey: "devicePath" },
  },
};

const volume: MergeSchema = {
  objects: { ephemeral: { objects: { volumeClaimTemplate: { objects: { metadata } } } } },
};

const spec: MergeSchema = {
  lists: {
    volumes: { mergeKey: "name", items: volume },
    initContainers: { mergeKey: "name", items: containerSchema },
    containers: { mergeKey: "name", items: containerSchema },
    ephemeralContainers: { mergeKey: "name", items: containerSchema },
    imagePullSecrets: { mergeKey: "name" },
    hostAliases: { mergeKey: "ip" },
    topologySpreadConstraints: { mergeKey: "topologyKey" },
    schedulingGates: { mergeKey: "name" },
    resourceClaims: { mergeKey: "name" },
  },
};

const status: MergeSchema = {
  lists: {
    conditions: { mergeKey: "type" },
    hostIPs: { mergeKey: "ip" },
    podIPs: { mergeKey: "ip" },
    resourceClaimStatuses: { mergeKey: "name" },
  },
};

export const podSchema: MergeSchema = { objects: { metadata, spec, status } };
