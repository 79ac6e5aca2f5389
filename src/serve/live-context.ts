/**
 * The injection context that is in force: follows the mesh config's file and what is learned of the cluster. Readers get
 * one immutable object, which is replaced as a whole.
 */
import { isDeepStrictEqual } from "node:util";
import { MeshConfigFile } from "../config/config-file.ts";
import { defaultMeshConfig } from "../config/defaults.ts";
import { hashMeshConfig } from "../config/hash.ts";
import { parseMeshConfig } from "../config/load.ts";
import type { MeshConfig } from "../config/schema.ts";
import { OutriggerError } from "../errors.ts";
import { validateDefaults } from "../injection/annotations/registry.ts";
import type { InjectionContext } from "../injection/outcome.ts";
import type { IpFamily } from "../net/cidr.ts";
import type { Log } from "../observability/logger.ts";
import type { OperationMetrics } from "../observability/operation-metrics.ts";
import type { Problem } from "../problem.ts";
import { formatProblem } from "../problem.ts";

/** What the context holds beside the config. */
export interface Surroundings {
  readonly version: string;
  readonly meshNamespace: string;
  readonly nativeSidecars: boolean;
  /** Stands in for `ipFamilies: auto`. */
  readonly ownIpFamilies: readonly IpFamily[];
  readonly drainKey: string;
}

export interface LiveContextOptions {
  /** undefined: the built-in defaults, for good. */
  readonly path: string | undefined;
  readonly surroundings: Surroundings;
  readonly log: Log;
  readonly metrics: Pick<OperationMetrics, "configReload">;
  /** Another config is in force. */
  readonly onReload?: () => void;
  /** Hears of a bad file, beside the log and the metric. */
  readonly onRejected?: (problems: readonly Problem[]) => void;
}

function compose(config: MeshConfig, surroundings: Surroundings): InjectionContext {
  const { version, meshNamespace, nativeSidecars, ownIpFamilies, drainKey } = surroundings;
  const ipFamilies = config.ipFamilies === "auto" ? ownIpFamilies : config.ipFamilies;
  const configHash = hashMeshConfig(config);
  return { config, configHash, version, meshNamespace, nativeSidecars, ipFamilies, drainKey };
}

export class LiveContext {
  readonly #options: LiveContextOptions;
  readonly #file: MeshConfigFile | undefined;
  #config: MeshConfig = defaultMeshConfig;
  #surroundings: Surroundings;
  #context: InjectionContext;

  constructor(options: LiveContextOptions) {
    this.#options = options;
    const { path, surroundings } = options;
    this.#file =
      path === undefined
        ? undefined
        : new MeshConfigFile({ path, parse: (text) => parseMeshConfig(text, validateDefaults) });
    this.#surroundings = surroundings;
    this.#context = compose(this.#config, surroundings);
  }

  get(): InjectionContext {
    return this.#context;
  }

  /**
   * Reads the file and follows it from now on.
   *
   * @throws OutriggerError `OUTRIGGER_CONFIG_INVALID` where the first reading fails: there is no last good config yet
   */
  async start(): Promise<void> {
    if (this.#file === undefined) return;
    const first = await this.#file.read();
    if (!first.ok) {
      throw new OutriggerError("OUTRIGGER_CONFIG_INVALID", `\n${first.problems.map(formatProblem).join("\n")}`);
    }
    this.#take(first.value);
    this.#file.watch({
      onReload: (config) => {
        this.#take(config);
        this.#options.metrics.configReload("success");
        this.#options.log.info({ config: this.#context.configHash }, "mesh config reloaded");
        this.#options.onReload?.();
      },
      onRejected: (problems) => {
        this.#options.metrics.configReload("failure");
        this.#options.log.error(
          { problems, config: this.#context.configHash },
          "mesh config rejected, the last good one stays in force",
        );
        this.#options.onRejected?.(problems);
      },
    });
  }

  /** Takes over what was learned of the cluster since. */
  update(surroundings: Partial<Surroundings>): void {
    const updated = { ...this.#surroundings, ...surroundings };
    // What was built for a context is remembered with it: the same one stays where nothing is new.
    if (isDeepStrictEqual(updated, this.#surroundings)) return;
    this.#surroundings = updated;
    this.#context = compose(this.#config, this.#surroundings);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  #take(config: MeshConfig): void {
    this.#config = config;
    this.#context = compose(config, this.#surroundings);
  }
}
