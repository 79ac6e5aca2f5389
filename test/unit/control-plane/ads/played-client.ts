/**
 * A delta client as Envoy plays it, and a source of resources to play against: names and versions, no more.
 */
import type {
  DeltaDiscoveryRequest,
  DeltaDiscoveryResponse,
  DeltaResource,
} from "../../../../src/envoy-api/discovery.ts";
import type { TypeUrl } from "../../../../src/control-plane/ads/resource-source.ts";

export function resource(name: string, version: string): DeltaResource {
  return { name, version, body: new Uint8Array(10) };
}

/** A request with nothing in it but what is given. */
export function request(fields: Partial<DeltaDiscoveryRequest> & { readonly typeUrl: string }): DeltaDiscoveryRequest {
  return {
    node: undefined,
    resourceNamesSubscribe: [],
    resourceNamesUnsubscribe: [],
    initialResourceVersions: {},
    responseNonce: "",
    errorDetail: undefined,
    ...fields,
  };
}

/** What a client has of one type, and what it has heard and not answered. */
export class PlayedClient {
  readonly typeUrl: TypeUrl;
  readonly names = new Set<string>();
  readonly view = new Map<string, string>();
  /** Every version that it was sent, in order. */
  readonly heard: string[] = [];
  hasWildcard = false;
  unanswered: DeltaDiscoveryResponse | undefined;

  constructor(typeUrl: TypeUrl) {
    this.typeUrl = typeUrl;
  }

  receive(response: DeltaDiscoveryResponse): void {
    if (this.unanswered !== undefined)
      throw new Error(`a second response of ${this.typeUrl} before the first was answered`);
    this.unanswered = response;
    for (const { name, version } of response.resources) this.heard.push(`${name}=${version}`);
    for (const name of response.removedResources) this.heard.push(`${name} removed`);
  }

  /** Takes the response, but for resources that it refuses: a refusal is of the whole, as of one that does not parse. */
  answer(isBad: (resource: DeltaResource) => boolean = () => false): DeltaDiscoveryRequest {
    const response = this.unanswered;
    if (response === undefined) throw new Error("there is nothing to answer");
    this.unanswered = undefined;
    const { typeUrl } = this;
    const bad = response.resources.find(isBad);
    if (bad !== undefined) {
      const errorDetail = { code: 13, message: `${bad.name} is bad` };
      return request({ typeUrl, responseNonce: response.nonce, errorDetail });
    }
    for (const { name, version } of response.resources) if (this.wants(name)) this.view.set(name, version);
    for (const name of response.removedResources) this.view.delete(name);
    return request({ typeUrl, responseNonce: response.nonce });
  }

  wants(name: string): boolean {
    return this.hasWildcard || this.names.has(name);
  }

  /** Asks for names; one that it had, it has lost. */
  subscribe(...names: readonly string[]): DeltaDiscoveryRequest {
    for (const name of names) {
      if (name === "*") this.hasWildcard = true;
      else {
        this.names.add(name);
        this.view.delete(name);
      }
    }
    return request({ typeUrl: this.typeUrl, resourceNamesSubscribe: names });
  }

  unsubscribe(...names: readonly string[]): DeltaDiscoveryRequest {
    for (const name of names) {
      if (name === "*") this.hasWildcard = false;
      else this.names.delete(name);
    }
    for (const name of [...this.view.keys()]) if (!this.wants(name)) this.view.delete(name);
    return request({ typeUrl: this.typeUrl, resourceNamesUnsubscribe: names });
  }

  /** The first request on a new stream, with what it has from the one before. */
  reconnect(): DeltaDiscoveryRequest {
    this.unanswered = undefined;
    const resourceNamesSubscribe = [...(this.hasWildcard ? ["*"] : []), ...this.names];
    return request({
      typeUrl: this.typeUrl,
      resourceNamesSubscribe,
      initialResourceVersions: Object.fromEntries(this.view),
    });
  }
}
