/**
 * One injector for all scenarios of a file: started before the first, stopped after the last.
 */
import { after, before } from "node:test";
import type { Injector, InjectorOptions } from "./injector.ts";
import { startInjector } from "./injector.ts";

export interface InjectorOfFileOptions extends InjectorOptions {
  /** Runs on the cluster while it has no injector yet. */
  readonly beforehand?: () => Promise<void>;
}

/** Registers start and stop with the test runner; the returned function gives the injector to scenarios that run. */
export function injectorOfFile(options: InjectorOfFileOptions = {}): () => Injector {
  let started: Injector | undefined;
  before(async () => {
    await options.beforehand?.();
    started = await startInjector(options);
  });
  after(async () => {
    await started?.stop();
  });
  return () => {
    if (started === undefined) throw new Error("the injector has not been started");
    return started;
  };
}
