/**
 * One resource type on one delta stream: what the client wants, what it has, and so what it is to be sent. No I/O, no time:
 * a request or a change goes in, and `take` gives the next response, never a second one before the first was answered.
 *
 * Nothing is queued. Names are marked as due, and looked up when there is room to send: whatever changed while the client
 * was busy is sent once, in its latest version. https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol
 */
import type { DeltaDiscoveryRequest, DeltaResource } from "../../envoy-api/discovery.ts";
import type { RefusedResource } from "./held-resources.ts";
import { HeldResources } from "./held-resources.ts";
import type { InterestListener } from "./wanted-names.ts";
import { WantedNames } from "./wanted-names.ts";

/** What one proxy can have of one type. */
export interface ResourceView {
  wildcardNames(): readonly string[];
  resource(name: string): DeltaResource | undefined;
}

/** What there is to send. An empty response that is owed counts as an addition. */
export interface Pending {
  readonly additions: boolean;
  readonly removals: boolean;
}

/** The resources and names of one response. */
export interface Update {
  readonly resources: readonly DeltaResource[];
  readonly removed: readonly string[];
}

/** What a request said about the response before it. */
export type Answer =
  | { readonly kind: "none" | "stale" | "ack" }
  /** All resources of the response; each is tried by itself before it is given up. */
  | { readonly kind: "nack"; readonly resources: readonly RefusedResource[]; readonly message: string };

/** One resource that a client was sent, for people. */
export interface SentResource {
  readonly name: string;
  /** The version that the client has; undefined where that cannot be told, as it has refused the last one. */
  readonly held: string | undefined;
  /** As it is now; undefined where it is gone, and the client is about to be told. */
  readonly latest: DeltaResource | undefined;
  readonly refused: RefusedResource | undefined;
}

export interface TakeOptions {
  readonly nonce: string;
  readonly additions: boolean;
  readonly removals: boolean;
  /** Resources of one response may have so many bytes together; one alone may have more. */
  readonly maxBytes: number;
}

const wildcard = "*";

interface InFlight {
  readonly nonce: string;
  readonly resources: readonly DeltaResource[];
}

export class TypeSubscription {
  readonly #view: ResourceView;
  readonly #wanted: WantedNames;
  readonly #held = new HeldResources();
  /** Names to be looked at. */
  readonly #due = new Set<string>();
  /** Parts of refused responses, each to be sent by itself to find the culprit. */
  #suspects: (readonly string[])[] = [];
  #inFlight: InFlight | undefined;
  #isOpen = false;
  #owesAnswer = false;

  constructor(view: ResourceView, interest: InterestListener) {
    this.#view = view;
    this.#wanted = new WantedNames(interest);
  }

  /** Whether a response has not been answered yet. */
  get isBusy(): boolean {
    return this.#inFlight !== undefined;
  }

  get namedCount(): number {
    return this.#wanted.namedCount;
  }

  /** Whether the client lives with an older version of something because it refused the newer. */
  get hasRefused(): boolean {
    return this.#held.hasRefused;
  }

  refused(): readonly RefusedResource[] {
    return this.#held.refused();
  }

  /** How many resources the client has. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** What the client was sent and has not lost since, sorted by name. */
  contents(): readonly SentResource[] {
    const refused = new Map(this.#held.refused().map((resource) => [resource.name, resource]));
    return [...this.#held.names()].sort().map((name) => ({
      name,
      held: this.#held.versionOf(name),
      // Asking for what nobody wants would make it anew, and nobody would ever let go of it.
      latest: this.#wanted.has(name) ? this.#view.resource(name) : undefined,
      refused: refused.get(name),
    }));
  }

  request(request: DeltaDiscoveryRequest): Answer {
    const answer = this.#takeAnswer(request);
    if (this.#isOpen) this.#change(request);
    else this.#open(request);
    return answer;
  }

  /** This may have changed. Names that nobody here wants are passed over. */
  recheck(names: Iterable<string>): void {
    for (const name of names) if (this.#wanted.has(name)) this.#due.add(name);
  }

  /** Anything may have changed, also which names the wildcard gives. */
  recheckAll(): void {
    if (this.#wanted.hasWildcard) this.#readWildcard();
    this.recheck(this.#wanted.all());
  }

  pending(): Pending {
    let [additions, removals] = [this.#owesAnswer, false];
    for (const name of this.#due) {
      const state = this.#lookUp(name);
      if (state === "settled") this.#due.delete(name);
      else if (state === "gone") removals = true;
      else additions = true;
    }
    return { additions, removals };
  }

  /** The next response; it is in flight from now on. Undefined where there is nothing to say. */
  take({ nonce, additions, removals, maxBytes }: TakeOptions): Update | undefined {
    const resources = additions ? this.#takeResources(maxBytes) : [];
    const removed = removals ? this.#takeRemoved() : [];
    if (resources.length === 0 && removed.length === 0 && !(additions && this.#owesAnswer)) return undefined;
    this.#owesAnswer = false;
    this.#inFlight = { nonce, resources };
    return { resources, removed };
  }

  /** The stream has ended. */
  close(): void {
    this.#wanted.clear();
  }

  #open({ resourceNamesSubscribe: names, initialResourceVersions }: DeltaDiscoveryRequest): void {
    this.#isOpen = true;
    for (const [name, version] of Object.entries(initialResourceVersions)) this.#held.take(name, version);
    // A first request without names is the older way to ask for the wildcard.
    if (names.length === 0 || names.includes(wildcard)) this.#turnWildcardOn();
    for (const name of names) if (name !== wildcard) this.#wanted.add(name);
    this.recheck(this.#wanted.all());
    for (const name of [...this.#held.names()]) if (!this.#wanted.has(name)) this.#letGo(name);
  }

  #change({ resourceNamesSubscribe, resourceNamesUnsubscribe }: DeltaDiscoveryRequest): void {
    for (const name of resourceNamesUnsubscribe) {
      if (name === wildcard) for (const lost of this.#wanted.clearWildcard()) this.#forget(lost);
      else this.#unsubscribe(name);
    }
    for (const name of resourceNamesSubscribe) {
      if (name === wildcard) this.#turnWildcardOn();
      else {
        this.#wanted.add(name);
        // Whoever asks for what they have been given has lost it.
        this.#held.doubt(name);
        this.#due.add(name);
      }
    }
  }

  #turnWildcardOn(): void {
    if (this.#wanted.hasWildcard) return;
    // Without any answer, a client that waits for its first listeners or clusters would wait for ever.
    this.#owesAnswer ||= this.#held.size === 0;
    this.#readWildcard();
    this.recheck(this.#wanted.all());
  }

  #readWildcard(): void {
    for (const lost of this.#wanted.setWildcard(this.#view.wildcardNames())) this.#letGo(lost);
  }

  #unsubscribe(name: string): void {
    this.#wanted.remove(name);
    // With a wildcard the client cannot know whether the name is still covered, so it must be told, either way.
    if (!this.#wanted.hasWildcard) this.#forget(name);
    else if (this.#held.has(name)) {
      this.#held.doubt(name);
      this.#due.add(name);
    }
  }

  /** No longer wanted by the client's own word, so it need not be told. */
  #forget(name: string): void {
    this.#held.forget(name);
    this.#due.delete(name);
  }

  /** No longer wanted, without the client's knowledge where it was the wildcard that gave it. */
  #letGo(name: string): void {
    if (this.#wanted.hasWildcard) this.#due.add(name);
    else this.#forget(name);
  }

  #takeAnswer({ responseNonce, errorDetail }: DeltaDiscoveryRequest): Answer {
    if (responseNonce === "") return { kind: "none" };
    if (this.#inFlight?.nonce !== responseNonce) return { kind: "stale" };
    const { resources } = this.#inFlight;
    this.#inFlight = undefined;
    if (errorDetail === undefined) return { kind: "ack" };
    const { message } = errorDetail;
    this.#takeRefusal(resources, message);
    return { kind: "nack", resources: resources.map(({ name, version }) => ({ name, version, message })), message };
  }

  /** A refusal is of the whole response, though mostly only one resource is bad: halves are sent until it is found. */
  #takeRefusal(resources: readonly DeltaResource[], message: string): void {
    // What the client has asked for or given up since is no longer a matter of this response.
    const concerned = resources.filter((resource) => this.#held.holds(resource));
    if (resources.length === 1) {
      for (const { name, version } of concerned) this.#held.refuse({ name, version, message });
      return;
    }
    const names = concerned.map(({ name }) => name);
    for (const name of names) {
      this.#held.doubt(name);
      this.#due.add(name);
    }
    const middle = Math.ceil(names.length / 2);
    const halves = [names.slice(0, middle), names.slice(middle)].filter((half) => half.length > 0);
    this.#suspects = [...halves, ...this.#suspects];
  }

  #takeResources(maxBytes: number): readonly DeltaResource[] {
    for (let part = this.#suspects.shift(); part !== undefined; part = this.#suspects.shift()) {
      const resources = this.#collect(part, maxBytes);
      if (resources.length > 0) return resources;
    }
    return this.#collect(this.#due, maxBytes);
  }

  #collect(names: Iterable<string>, maxBytes: number): readonly DeltaResource[] {
    const resources: DeltaResource[] = [];
    let bytes = 0;
    for (const name of names) {
      const resource = this.#due.has(name) ? this.#lookUp(name) : "settled";
      if (typeof resource === "string") continue;
      bytes += resource.body.byteLength;
      if (resources.length > 0 && bytes > maxBytes) break;
      resources.push(resource);
      this.#held.take(name, resource.version);
      this.#due.delete(name);
    }
    return resources;
  }

  #takeRemoved(): readonly string[] {
    const removed = [...this.#due].filter((name) => this.#lookUp(name) === "gone");
    for (const name of removed) this.#forget(name);
    return removed;
  }

  /** What is to be done about a name: send this, say that it is gone, or nothing. */
  #lookUp(name: string): DeltaResource | "gone" | "settled" {
    const resource = this.#wanted.has(name) ? this.#view.resource(name) : undefined;
    if (resource === undefined) return this.#held.has(name) ? "gone" : "settled";
    return this.#held.lacks(resource) ? resource : "settled";
  }
}
