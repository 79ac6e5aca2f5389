/**
 * A stream from its opening until it is known whose it is. Nothing is sent before the token has been checked, the node of
 * the first request matches it, and what the proxy will ask for at once (its certificate) is there.
 */
import { status } from "@grpc/grpc-js";
import type { DeltaDiscoveryRequest } from "../../envoy-api/discovery.ts";
import type { Authentication, Authenticator, Refusal, RefusalReason } from "../identity/authenticator.ts";
import { refused } from "../identity/authenticator.ts";
import { readBearerToken } from "../identity/bearer-token.ts";
import type { Proxy } from "../proxy.ts";
import { admitProxy } from "./admit-proxy.ts";
import { streamAge } from "./discovery-settings.ts";
import type { DepartedUids } from "./departed-uids.ts";
import type { DeltaCall, StreamDependencies } from "./discovery-stream.ts";
import { DiscoveryStream } from "./discovery-stream.ts";

export interface IncomingDependencies extends StreamDependencies {
  readonly authenticator: Authenticator;
  readonly trustDomain: string;
  readonly departed: DepartedUids;
  /** Makes ready what a proxy needs to be answered, or throws; returns what gives it up again. */
  readonly prepare: (proxy: Proxy) => () => void;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly firstRequestMs: number;
  readonly connectionAgeMs: number;
}

/** Who is not who he says he is is told apart from who is nobody, and both from our own troubles: only those pass. */
function statusOf(reason: RefusalReason): status {
  switch (reason) {
    case "foreign-node":
      return status.PERMISSION_DENIED;
    case "invalid-node":
      return status.INVALID_ARGUMENT;
    case "unavailable":
      return status.UNAVAILABLE;
    case "missing-token":
    case "malformed-token":
    case "wrong-audience":
    case "expired-token":
    case "invalid-token":
    case "unbound-token":
      return status.UNAUTHENTICATED;
  }
}

const noToken = refused("missing-token", "send the projected service-account token as `authorization: Bearer <token>`");
const departedPod = refused("invalid-token", "the pod of this token is gone; nothing is sent to whoever has it now");
const silent = refused("invalid-node", "the stream's first request did not come in time; send one with the node");

/** Takes a stream from grpc-js. */
export function acceptStream(call: DeltaCall, dependencies: IncomingDependencies): void {
  new IncomingStream(call, dependencies).start();
}

class IncomingStream {
  readonly #call: DeltaCall;
  readonly #dependencies: IncomingDependencies;
  #stream: DiscoveryStream | undefined;
  #isClosed = false;
  #release = (): void => undefined;
  #cancelTimer: () => void;

  constructor(call: DeltaCall, dependencies: IncomingDependencies) {
    this.#call = call;
    this.#dependencies = dependencies;
    this.#cancelTimer = dependencies.clock.after(dependencies.firstRequestMs, () => {
      this.#refuse(silent.refusal);
    });
  }

  start(): void {
    const authentication = this.#authenticate();
    this.#call.on("data", (request: DeltaDiscoveryRequest) => {
      if (this.#stream === undefined) this.#begin(request, authentication);
      else this.#stream.request(request);
    });
    this.#call.on("end", () => {
      this.#call.end();
    });
    for (const event of ["cancelled", "close", "finish", "error"]) {
      this.#call.on(event, () => {
        this.#close();
      });
    }
  }

  async #authenticate(): Promise<Authentication> {
    const header = this.#call.metadata.get("authorization")[0];
    const token = readBearerToken(typeof header === "string" ? header : undefined);
    const { authenticator } = this.#dependencies;
    const authentication = token === undefined ? noToken : await authenticator.authenticate(token);
    if (!authentication.ok) this.#refuse(authentication.refusal);
    return authentication;
  }

  /** What comes meanwhile stays where it is, and in the end with its sender. */
  #begin(first: DeltaDiscoveryRequest, authentication: Promise<Authentication>): void {
    this.#cancelTimer();
    this.#call.pause();
    this.#admit(first, authentication).then(
      () => this.#call.resume(),
      (err: unknown) => {
        this.#dependencies.log.error({ err, peer: this.#call.getPeer() }, "stream not admitted");
        this.#call.emit("error", { code: status.INTERNAL, details: "the control plane failed; its log says how" });
      },
    );
  }

  async #admit(first: DeltaDiscoveryRequest, authenticating: Promise<Authentication>): Promise<void> {
    const authentication = await authenticating;
    if (!authentication.ok || this.#isClosed) return;
    const { trustDomain, departed, clock, random, connectionAgeMs } = this.#dependencies;
    const { podUid } = authentication.caller;
    // Asked here and not before: the pod may have gone while the first request was awaited.
    if (departed.has(podUid)) {
      this.#refuse(departedPod.refusal);
      return;
    }
    const admission = admitProxy(authentication.caller, first.node, trustDomain);
    if (!admission.ok) {
      this.#refuse(admission.refusal);
      return;
    }
    const { proxy } = admission;
    if (!this.#prepare(proxy)) return;
    const endsAt = Math.min(authentication.caller.expiresAt, clock.now() + streamAge(connectionAgeMs, random()));
    this.#stream = new DiscoveryStream(this.#dependencies, { call: this.#call, proxy, podUid, endsAt });
    this.#stream.request(first);
  }

  /** @returns whether the stream can go on */
  #prepare(proxy: Proxy): boolean {
    try {
      this.#release = this.#dependencies.prepare(proxy);
      return true;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#refuse({ reason: "unavailable", message: `the workload's certificate is not there yet: ${detail}` });
      return false;
    }
  }

  #refuse({ reason, message }: Refusal): void {
    if (this.#isClosed) return;
    const { log, metrics } = this.#dependencies;
    metrics.refused(reason);
    log.warn({ peer: this.#call.getPeer(), reason, detail: message }, "stream refused");
    this.#call.emit("error", { code: statusOf(reason), details: message });
  }

  #close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#stream?.close();
    this.#release();
    this.#release = () => undefined;
  }
}
