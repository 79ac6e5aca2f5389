/**
 * Which Kubernetes the API server is, read at the start and again whenever it comes back from a failure: a control
 * plane that went away has often been upgraded. Nodes are never scanned for it.
 */
import type { Clock } from "../clock.ts";
import type { KubernetesApi } from "./api.ts";
import { createLoggedLoop } from "./logged-loop.ts";
import type { Log } from "../observability/logger.ts";

export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
}

export interface ServerVersionStore {
  /** Resolves when the version has been read once. */
  start(): Promise<void>;
  stop(): void;
  /** Undefined before the first answer. */
  current(): ServerVersion | undefined;
  /** Reads it again soon. */
  readonly refresh: () => void;
}

export interface ServerVersionOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly onChange?: (version: ServerVersion) => void;
}

/** Upgrades are also found without a lost connection, within the hour. */
const refreshMs = 3_600_000;

/** Some vendors write the minor version as `29+`. */
export function parseServerVersion(body: { readonly major?: string; readonly minor?: string }): ServerVersion {
  const major = Number.parseInt(body.major ?? "", 10);
  const minor = Number.parseInt(body.minor ?? "", 10);
  if (Number.isNaN(major) || Number.isNaN(minor)) throw new Error("the API server's version is not a number");
  return { major, minor };
}

/** Sidecar containers are on by default since 1.29 (KEP-753). */
export function runsNativeSidecars({ major, minor }: ServerVersion): boolean {
  return major > 1 || (major === 1 && minor >= 29);
}

/** A store of the API server's version. */
export function createServerVersionStore(options: ServerVersionOptions): ServerVersionStore {
  const { api, clock, random, log, onChange } = options;
  const first = Promise.withResolvers<undefined>();
  let current: ServerVersion | undefined;
  const loop = createLoggedLoop({
    run: async () => {
      const version = parseServerVersion(await api.request({ method: "GET", path: "/version" }));
      const changed = version.major !== current?.major || version.minor !== current.minor;
      current = version;
      first.resolve(undefined);
      if (changed) onChange?.(version);
      return refreshMs;
    },
    clock,
    random,
    log,
    messages: {
      failed: "kubernetes version not read",
      recovered: "kubernetes version read again",
    },
  });
  return {
    start: async () => {
      loop.ring();
      await first.promise;
    },
    stop: loop.stop,
    current: () => current,
    refresh: loop.ring,
  };
}
