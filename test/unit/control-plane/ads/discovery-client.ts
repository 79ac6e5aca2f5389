/**
 * A real gRPC client of the discovery server, that says what a test tells it to.
 */
import type { ClientDuplexStream, StatusObject } from "@grpc/grpc-js";
import { Client, Metadata, credentials } from "@grpc/grpc-js";
import { discoveryService } from "../../../../src/control-plane/ads/discovery-service.ts";
import type {
  DeltaDiscoveryRequest,
  DeltaDiscoveryResponse,
  DiscoveryNode,
} from "../../../../src/envoy-api/discovery.ts";
import { eventually } from "../../../eventually.ts";
import { request } from "./played-client.ts";

/** The node that the bootstrap of this pod has, with fields of the test's own. */
export function nodeOf(namespace: string, pod: string, metadata: DiscoveryNode["metadata"] = {}): DiscoveryNode {
  return {
    id: `${pod}.${namespace}`,
    cluster: "web",
    metadata: {
      pod,
      namespace,
      podIp: "10.0.0.1",
      serviceAccount: "default",
      nodeName: "node",
      trustDomain: "cluster.local",
      interceptionMode: "redirect",
      ipFamilies: ["IPv4"],
      opaquePorts: "25,3306",
      accessLog: "off",
      ...metadata,
    },
  };
}

const method = discoveryService.deltaAggregatedResources;

export class DiscoveryClient {
  readonly #client: Client;

  /** @param serverName what the server's certificate must bear */
  constructor(port: number, roots: string, serverName = "localhost") {
    this.#client = new Client(`localhost:${port}`, credentials.createSsl(Buffer.from(roots)), {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.ssl_target_name_override": serverName,
    });
  }

  open(token: string | undefined, fields: { readonly node?: DiscoveryNode } = {}): OpenStream {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
    const { path, requestSerialize, responseDeserialize } = method;
    const call = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata);
    return new OpenStream(call, fields.node ?? nodeOf("shop", "web-1"));
  }

  close(): void {
    this.#client.close();
  }
}

export class OpenStream {
  readonly #call: ClientDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;
  readonly responses: DeltaDiscoveryResponse[] = [];
  readonly ended: Promise<StatusObject>;
  #node: DiscoveryNode | undefined;

  constructor(call: ClientDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>, node: DiscoveryNode) {
    this.#call = call;
    this.#node = node;
    call.on("data", (response: DeltaDiscoveryResponse) => this.responses.push(response));
    // The status says the same.
    call.on("error", () => undefined);
    const { promise, resolve } = Promise.withResolvers<StatusObject>();
    call.on("status", resolve);
    this.ended = promise;
  }

  send(fields: Partial<DeltaDiscoveryRequest> & { readonly typeUrl: string }): void {
    this.#call.write({ ...request(fields), node: this.#node });
    this.#node = undefined;
  }

  ack({ typeUrl, nonce }: DeltaDiscoveryResponse): void {
    this.send({ typeUrl, responseNonce: nonce });
  }

  /** The response of this place, from 0, once it is there. */
  async response(place: number): Promise<DeltaDiscoveryResponse> {
    await eventually(`response ${place}`, () => this.responses.length > place);
    const response = this.responses[place];
    if (response === undefined) throw new Error("it has just been there");
    return response;
  }

  cancel(): void {
    this.#call.cancel();
  }
}
