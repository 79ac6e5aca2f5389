/**
 * All simulated proxies, whichever process plays them.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Command, ProxyPlan, Reply, Request, Totals } from "./protocol.ts";

/** Two: one for each core of the machines that this is measured on, beside a control plane that uses one. */
const processCount = 2;
/** Nothing here takes as long; an answer that is missing must not hold up the benchmark for good. */
const answerMs = 90_000;

export class ProxyFleet {
  readonly #plans: readonly ProxyPlan[];
  readonly #processes: readonly ProxyProcess[];

  constructor(plans: readonly ProxyPlan[]) {
    this.#plans = plans;
    this.#processes = Array.from({ length: processCount }, () => new ProxyProcess());
  }

  get size(): number {
    return this.#plans.length;
  }

  /** @throws Error where a process did not answer in time, or has ended */
  async connect(port: number, roots: string): Promise<Totals> {
    return await this.#all((place) => {
      const proxies = this.#plans.filter((_, index) => index % processCount === place);
      return { kind: "connect", port, roots, proxies };
    });
  }

  /** Resolves once they all look out; then call {@link arrival}. */
  async expect(address: string, proxies: readonly number[]): Promise<void> {
    await this.#all((place) => {
      const count = proxies.filter((index) => index % processCount === place).length;
      return { kind: "expect", address, proxies: count };
    });
  }

  /** When the last of those that were named has the endpoints. */
  async arrival(): Promise<Totals> {
    return await this.#all(() => ({ kind: "arrival" }));
  }

  /** One proxy is told; see {@link Command}. */
  async tell(kind: "ask" | "forget", index: number, address: string): Promise<void> {
    const proxy = Math.floor(index / processCount);
    await this.#processes[index % processCount]?.ask({ kind, proxy, address });
  }

  async totals(): Promise<Totals> {
    return await this.#all(() => ({ kind: "totals" }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
  }

  async #all(commandFor: (place: number) => Command): Promise<Totals> {
    const parts = await Promise.all(this.#processes.map((process, place) => process.ask(commandFor(place))));
    return {
      bytes: this.#plans.map((_, index) => parts[index % processCount]?.bytes[Math.floor(index / processCount)] ?? 0),
      lastAt: Math.max(...parts.map(({ lastAt }) => lastAt)),
    };
  }
}

class ProxyProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<Totals>>();
  #latest = 0;

  constructor() {
    this.#child = fork(join(import.meta.dirname, "proxy-process.ts"));
    this.#child.on("message", ({ id, totals, error }: Reply) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (totals === undefined) waiting?.reject(new Error(error ?? "a process of simulated proxies said nothing"));
      else waiting?.resolve(totals);
    });
    this.#child.on("exit", (code) => {
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(`a process of simulated proxies ended with exit code ${code ?? "none"}`));
      }
    });
  }

  async ask(command: Command): Promise<Totals> {
    this.#latest += 1;
    const request: Request = { id: this.#latest, command };
    const waiting = Promise.withResolvers<Totals>();
    this.#waiting.set(request.id, waiting);
    this.#child.send(request);
    const timer = setTimeout(() => {
      waiting.reject(new Error(`no answer to "${command.kind}" within ${answerMs / 1_000} s`));
    }, answerMs);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
