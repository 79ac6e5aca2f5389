/**
 * The listener inputs of proxies, each made once, with a text that tells it apart: a stream asks again for its listeners with
 * every message, and gets the same answer until its pod is another.
 */
import { isDeepStrictEqual } from "node:util";
import type { Workload } from "../model/workload.ts";
import type { Proxy } from "../proxy.ts";
import type { ListenerInput } from "./listener-input.ts";
import { listenerInput } from "./listener-input.ts";

export interface KeyedInput {
  readonly input: ListenerInput;
  /** Equal where the inputs are. */
  readonly key: string;
}

interface Known extends KeyedInput {
  readonly workload: Workload | undefined;
  readonly requestPorts: readonly number[];
}

export class ListenerInputs {
  readonly #mesh: Pick<ListenerInput, "trustDomain" | "ranges">;
  /** Goes with the proxy. */
  readonly #known = new WeakMap<Proxy, Known>();

  constructor(mesh: Pick<ListenerInput, "trustDomain" | "ranges">) {
    this.#mesh = mesh;
  }

  /**
   * @param workload the proxy's own pod, the same object for as long as nothing about it changes
   * @param requestPorts of the pod
   */
  of(proxy: Proxy, workload: Workload | undefined, requestPorts: readonly number[]): KeyedInput {
    const known = this.#known.get(proxy);
    if (known !== undefined && known.workload === workload && isDeepStrictEqual(known.requestPorts, requestPorts)) {
      return known;
    }
    const input = listenerInput(proxy, workload, { ...this.#mesh, requestPorts });
    const made = { workload, requestPorts, input, key: JSON.stringify(input) };
    this.#known.set(proxy, made);
    return made;
  }
}
