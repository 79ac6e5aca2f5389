/**
 * One sidecar, as its control plane sees it: a gRPC connection of its own, over which it asks in Envoy's order, takes
 * everything, and asks for destinations when they are called. It keeps names only.
 */
import type { Client, ClientDuplexStream } from "@grpc/grpc-js";
import { Metadata } from "@grpc/grpc-js";
import { memoize } from "../../../src/bounded-memo.ts";
import { discoveryService } from "../../../src/control-plane/ads/discovery-service.ts";
import { typeUrls } from "../../../src/control-plane/ads/resource-source.ts";
import {
  certificateName,
  destinationName,
  outboundName,
  parseEndpointsName,
  trustName,
} from "../../../src/control-plane/xds/names.ts";
import type { DeltaDiscoveryRequest, DeltaDiscoveryResponse, DeltaResource } from "../../../src/envoy-api/discovery.ts";
import { decodeDeltaResponse, encodeDeltaRequest } from "../../../src/envoy-api/delta-client.ts";
import { decodeResource } from "../../../src/envoy-api/resource.ts";
import { envoyLikeNode } from "../../mesh/envoy-node.ts";
import type { ProxyPlan } from "./protocol.ts";
import { now } from "./protocol.ts";

type SentRequest = Parameters<typeof encodeDeltaRequest>[0];
type Fields = Omit<SentRequest, "typeUrl">;

interface Received {
  readonly response: DeltaDiscoveryResponse;
  readonly bytes: number;
}

export interface ProxyEvents {
  /** It has all that it needs for its first requests. */
  readonly configured: () => void;
  /** It has taken endpoints of an address, which are at least one. */
  readonly endpoints: (address: string) => void;
  readonly failed: (error: Error) => void;
}

const versioned = ({ name, version }: DeltaResource): string => `${name} ${version}`;

/** Where a cluster's endpoints are to be had; undefined where it has none of its own. Many proxies get the same one. */
const endpointsNameOf = memoize(
  ({ body }: DeltaResource): string | undefined => {
    const { eds_cluster_config } = decodeResource(typeUrls.cluster, body) as {
      readonly eds_cluster_config?: { readonly service_name: string };
    };
    return eds_cluster_config?.service_name;
  },
  versioned,
  50_000,
);

const isEmpty = memoize(
  ({ body }: DeltaResource): boolean => decodeResource(typeUrls.endpoints, body)["endpoints"] === undefined,
  versioned,
  50_000,
);

/** As `src/envoy/node.ts` has it. */
function nodeOf({ namespace, name, ip, serviceAccount }: ProxyPlan["pod"]): DeltaDiscoveryRequest["node"] {
  const metadata = {
    pod: name,
    namespace,
    podIp: ip,
    serviceAccount,
    nodeName: "node",
    trustDomain: "cluster.local",
    interceptionMode: "redirect",
    ipFamilies: ["IPv4"],
    opaquePorts: "3306",
    accessLog: "off",
    internalListeners: true,
  };
  return { id: `${name}.${namespace}`, cluster: serviceAccount, metadata };
}

export class SimulatedProxy {
  readonly #plan: ProxyPlan;
  readonly #events: ProxyEvents;
  readonly #call: ClientDuplexStream<SentRequest, Received>;
  /** Names of endpoints by cluster; those of clusters that have none are missing. */
  readonly #clusters = new Map<string, string>();
  readonly #endpoints = new Set<string>();
  readonly #secrets = new Set<string>();
  #stage: "clusters" | "listeners" | "routes" | "configured" = "clusters";
  bytes = 0;
  lastAt = 0;

  constructor(client: Client, plan: ProxyPlan, events: ProxyEvents) {
    this.#plan = plan;
    this.#events = events;
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${plan.pod.token}`);
    this.#call = client.makeBidiStreamRequest(
      discoveryService.deltaAggregatedResources.path,
      encode,
      receive,
      metadata,
    );
    this.#call.on("data", (received: Received) => {
      this.#take(received);
    });
    this.#call.on("error", events.failed);
    this.#send(typeUrls.cluster, { node: nodeOf(plan.pod), resourceNamesSubscribe: ["*"] });
  }

  /** Somebody calls this address for the first time. */
  ask(address: string): void {
    this.#send(typeUrls.cluster, { resourceNamesSubscribe: [destinationName("http", address)] });
  }

  forget(address: string): void {
    const cluster = destinationName("http", address);
    const endpoints = this.#clusters.get(cluster);
    this.#clusters.delete(cluster);
    if (endpoints !== undefined) this.#dropEndpoints([endpoints]);
    this.#send(typeUrls.cluster, { resourceNamesUnsubscribe: [cluster] });
  }

  #send(typeUrl: string, fields: Fields): void {
    this.#call.write({ ...fields, typeUrl });
  }

  #take({ response, bytes }: Received): void {
    this.bytes += bytes;
    this.lastAt = now();
    const { typeUrl, nonce, resources } = response;
    this.#send(typeUrl, { responseNonce: nonce });
    if (typeUrl === typeUrls.cluster) this.#takeClusters(resources);
    else if (typeUrl === typeUrls.endpoints) this.#takeEndpoints(resources);
    else if (typeUrl === typeUrls.secret) for (const { name } of resources) this.#secrets.add(name);
    this.#advance(typeUrl);
  }

  /** A cluster that has changed may have its endpoints by another name, which takes the old one's place. */
  #takeClusters(resources: readonly DeltaResource[]): void {
    const [asked, dropped]: [string[], string[]] = [[], []];
    for (const resource of resources) {
      const [before, after] = [this.#clusters.get(resource.name), endpointsNameOf(resource)];
      if (before === after) continue;
      if (before !== undefined) dropped.push(before);
      if (after === undefined) continue;
      this.#clusters.set(resource.name, after);
      asked.push(after);
    }
    if (asked.length > 0) this.#send(typeUrls.endpoints, { resourceNamesSubscribe: asked });
    if (dropped.length > 0) this.#dropEndpoints(dropped);
  }

  #dropEndpoints(names: readonly string[]): void {
    for (const name of names) this.#endpoints.delete(name);
    this.#send(typeUrls.endpoints, { resourceNamesUnsubscribe: names });
  }

  #takeEndpoints(resources: readonly DeltaResource[]): void {
    for (const resource of resources) {
      this.#endpoints.add(resource.name);
      const address = parseEndpointsName(resource.name)?.address;
      if (address !== undefined && !isEmpty(resource)) this.#events.endpoints(address);
    }
  }

  /** Envoy asks for listeners when its first clusters are warm, and its application calls when it has those. */
  #advance(typeUrl: string): void {
    if (this.#stage === "clusters") {
      if (typeUrl === typeUrls.cluster) {
        this.#send(typeUrls.secret, { resourceNamesSubscribe: [certificateName, trustName] });
      }
      if (!this.#isWarm()) return;
      this.#stage = "listeners";
      this.#send(typeUrls.listener, { resourceNamesSubscribe: ["*"] });
    } else if (this.#stage === "listeners" && typeUrl === typeUrls.listener) {
      this.#stage = "routes";
      this.#send(typeUrls.route, { resourceNamesSubscribe: [outboundName] });
      const unknown = this.#plan.uses.filter((address) => !this.#clusters.has(destinationName("http", address)));
      for (const address of unknown) this.ask(address);
    } else if (this.#stage === "routes" && this.#isWarm() && this.#hasAllThatItUses()) {
      this.#stage = "configured";
      this.#events.configured();
    }
  }

  #isWarm(): boolean {
    return this.#secrets.size === 2 && [...this.#clusters.values()].every((name) => this.#endpoints.has(name));
  }

  #hasAllThatItUses(): boolean {
    return this.#plan.uses.every((address) => this.#clusters.has(destinationName("http", address)));
  }
}

/** As large as an Envoy's first request is. */
const envoysWords = envoyLikeNode();

function encode(request: SentRequest): Buffer {
  const bytes = encodeDeltaRequest(request);
  return Buffer.concat(request.node === undefined ? [bytes] : [bytes, envoysWords]);
}

function receive(bytes: Buffer): Received {
  return { response: decodeDeltaResponse(bytes), bytes: bytes.length };
}
