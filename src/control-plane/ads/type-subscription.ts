/**
 * One resource type on one delta stream: what the client wants, what it has, and so what it is to be sent. No I/O, no time:
 * a request or a change goes in, and `take` gives the next response, never a second one before the first was answered.
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol
 */
import type { DeltaDiscoveryRequest, DeltaResource } from "../../envoy-api/discovery.ts";
import type { Pending } from "./due-resources.ts";
import { DueResources } from "./due-resources.ts";
import type { RefusedResource } from "./held-resources.ts";
import { HeldResources } from "./held-resources.ts";
import type { Faulty } from "./resource-source.ts";
import { faulty } from "./resource-source.ts";
import type { InterestListener } from "./wanted-names.ts";
import { WantedNames } from "./wanted-names.ts";

/** What one proxy can have of one type. */
export interface ResourceView {
  wildcardNames(): readonly string[] | Faulty;
  resource(name: string): DeltaResource | Faulty | undefined;
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
  readonly latest: DeltaResource | Faulty | undefined;
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
  readonly #due: DueResources;
  #inFlight: InFlight | undefined;
  #isOpen = false;
  #owesAnswer = false;
  /** It has a wildcard, and has not been told of anything by it yet. */
  #awaitsFirst = false;

  constructor(view: ResourceView, interest: InterestListener) {
    this.#view = view;
    this.#wanted = new WantedNames(interest);
    this.#due = new DueResources({
      resource: (name) => view.resource(name),
      wanted: this.#wanted,
      held: this.#held,
    });
  }

  /** Whether a response has not been answered yet. */
  get isBusy(): boolean {
    return this.#inFlight !== undefined;
  }

  get namedCount(): number {
    return this.#wanted.namedCount;
  }

  /** Whether the client lives with an older version of something: it refused the newer, or that could not be made. */
  get isBehind(): boolean {
    return this.#held.hasRefused || this.#due.withholds;
  }

  /** Whether something could not be made, and is not sent therefore. */
  get withholds(): boolean {
    return this.#due.withholds;
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

  /** What there is to send; an empty response that is owed counts as an addition. */
  pending(): Pending {
    const pending = this.#due.pending();
    return this.#owesAnswer ? { ...pending, additions: true } : pending;
  }

  /** Whether there is anything to send, now or after an answer. */
  get hasPending(): boolean {
    const { additions, removals } = this.pending();
    return additions || removals;
  }

  /** Whether the client has answered everything, and there is nothing more to tell it. */
  get isSettled(): boolean {
    return !this.isBusy && !this.hasPending;
  }

  /** The next response; it is in flight from now on. Undefined where there is nothing to say. */
  take({ nonce, additions, removals, maxBytes }: TakeOptions): Update | undefined {
    const resources = additions ? this.#due.takeResources(maxBytes) : [];
    const removed = removals ? this.#due.takeRemoved() : [];
    if (resources.length === 0 && removed.length === 0 && !(additions && this.#owesAnswer)) return undefined;
    this.#owesAnswer = false;
    this.#inFlight = { nonce, resources };
    return { resources, removed };
  }

  /** The stream has ended. */
  close(): void {
    this.#wanted.clear();
  }

  #open(request: DeltaDiscoveryRequest): void {
    this.#isOpen = true;
    const { resourceNamesSubscribe: names, initialResourceVersions } = request;
    for (const [name, version] of Object.entries(initialResourceVersions)) this.#held.take(name, version);
    // A first request without names is the older way to ask for the wildcard.
    const namesNothing = names.length === 0 && request.resourceNamesUnsubscribe.length === 0;
    if (namesNothing || names.includes(wildcard)) this.#turnWildcardOn();
    for (const name of names) if (name !== wildcard) this.#wanted.add(name);
    this.recheck(this.#wanted.all());
    for (const name of [...this.#held.names()]) if (!this.#wanted.has(name)) this.#letGo(name);
  }

  #change({ resourceNamesSubscribe, resourceNamesUnsubscribe }: DeltaDiscoveryRequest): void {
    for (const name of resourceNamesUnsubscribe) {
      if (name === wildcard) for (const lost of this.#wanted.clearWildcard()) this.#forget(lost);
      else this.#unsubscribe(name);
    }
    this.#recallInFlight(new Set(resourceNamesSubscribe));
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

  /** What a client has given up and asks for again while it is on its way, it will have: by name, or by its wildcard. */
  #recallInFlight(asked: ReadonlySet<string>): void {
    for (const { name, version } of this.#inFlight?.resources ?? []) {
      if (this.#held.has(name) || !(asked.has(name) || asked.has(wildcard))) continue;
      this.#held.take(name, version);
      this.#held.doubt(name);
      this.#due.add(name);
    }
  }

  #turnWildcardOn(): void {
    if (this.#wanted.hasWildcard) return;
    this.#awaitsFirst = this.#held.size === 0;
    this.#readWildcard();
    this.recheck(this.#wanted.all());
  }

  #readWildcard(): void {
    const names = this.#view.wildcardNames();
    for (const lost of this.#wanted.setWildcard(names === faulty ? this.#wanted.byWildcard() : names))
      this.#letGo(lost);
    if (names === faulty) return;
    // Without any answer, a client that waits for its first listeners or clusters would wait for ever.
    this.#owesAnswer ||= this.#awaitsFirst;
    this.#awaitsFirst = false;
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
    for (const name of names) this.#held.doubt(name);
    this.#due.suspect(names);
  }
}
