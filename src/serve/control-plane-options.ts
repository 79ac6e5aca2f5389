/**
 * The options of `outrigger serve control-plane`, read into complete values.
 */
import type { OptionSpec, OptionValues } from "../cli/command.ts";
import { optionOf } from "../cli/command.ts";
import { OutriggerError } from "../errors.ts";
import { pagesPort, workloadAuthoritySecret } from "../installation/names.ts";
import type { LogLevel } from "../observability/logger.ts";
import { logLevels } from "../observability/logger.ts";
import { highestPort, readLogLevel, readNumber } from "./read-options.ts";

export const controlPlaneOptions = {
  from: { value: "DIR", help: "without Kubernetes: the mesh of the manifests in this folder, followed as they change" },
  tokens: { value: "DIR", help: "with --from: files NAMESPACE/SERVICE-ACCOUNT/POD, each the token of a pod" },
  trust: { value: "DIR", help: "with --from: where to write root.yaml, by which proxies trust this server" },
  config: { value: "FILE", help: "mesh config, read once, at the start" },
  host: { value: "ADDRESS", help: "IP address to listen on (all; with --from: 127.0.0.1)" },
  port: { value: "PORT", help: "port of the discovery service (15012; 0 for any free one)" },
  "health-port": {
    value: "PORT",
    help: "port of /healthz, /readyz and /metrics (8080; 0 for any free one)",
  },
  "pages-port": {
    value: "PORT",
    help: "port of the pages that `outrigger proxy` reads, on 127.0.0.1 only (8081; 0 for any free one)",
  },
  service: { value: "NAME", help: "Service that the proxies call (outrigger-control-plane)" },
  secret: { value: "NAME", help: "Secret that the replicas keep the mesh's roots in (outrigger-workload-ca)" },
  "given-ca": {
    value: "NAME",
    help: "Secret with a CA of yours, which signs instead: tls.crt (the CA, then its chain), tls.key, ca.crt (its root)",
  },
  kubeconfig: { value: "FILE", help: "how to reach the API server; in a pod, its service account" },
  "log-level": { value: "LEVEL", help: `${logLevels.join(", ")} (info)` },
} as const satisfies Readonly<Record<string, OptionSpec>>;

interface ServerOptions {
  readonly config: string | undefined;
  readonly host: string | undefined;
  readonly port: number;
  readonly healthPort: number;
  readonly pagesPort: number;
  readonly logLevel: LogLevel;
}

/** Without Kubernetes. */
export interface LocalControlPlaneOptions extends ServerOptions {
  readonly kind: "local";
  readonly manifests: string;
  readonly tokens: string;
  readonly trust: string;
}

export interface ClusterControlPlaneOptions extends ServerOptions {
  readonly kind: "cluster";
  readonly service: string;
  readonly secret: string;
  /** Undefined: the mesh makes its own roots. */
  readonly givenCa: string | undefined;
  readonly kubeconfig: string | undefined;
}

export type ControlPlaneOptions = LocalControlPlaneOptions | ClusterControlPlaneOptions;

const ofLocal = ["tokens", "trust"] as const;
const ofCluster = ["service", "secret", "given-ca", "kubeconfig"] as const;

/** Options that have no meaning in the mode that is asked for would be ignored silently. */
function refuseMisplaced(options: OptionValues, isLocal: boolean): void {
  const given = (isLocal ? ofCluster : ofLocal).find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new OutriggerError("OUTRIGGER_USAGE", `--${given} has no meaning ${isLocal ? "with" : "without"} --from`);
}

function required(options: OptionValues, name: "tokens" | "trust"): string {
  const value = optionOf(options, name);
  if (value !== undefined) return value;
  throw new OutriggerError("OUTRIGGER_USAGE", `--from needs --${name} ${controlPlaneOptions[name].value}`);
}

/**
 * Reads the options.
 *
 * @throws OutriggerError `OUTRIGGER_USAGE`
 */
export function readControlPlaneOptions(options: OptionValues): ControlPlaneOptions {
  const manifests = optionOf(options, "from");
  refuseMisplaced(options, manifests !== undefined);
  const server = {
    config: optionOf(options, "config"),
    host: optionOf(options, "host") ?? (manifests === undefined ? undefined : "127.0.0.1"),
    port: readNumber(options, "port", highestPort) ?? 15_012,
    healthPort: readNumber(options, "health-port", highestPort) ?? 8080,
    pagesPort: readNumber(options, "pages-port", highestPort) ?? pagesPort,
    logLevel: readLogLevel(options),
  };
  if (manifests !== undefined) {
    const [tokens, trust] = [required(options, "tokens"), required(options, "trust")];
    return { kind: "local", ...server, manifests, tokens, trust };
  }
  return {
    kind: "cluster",
    ...server,
    service: optionOf(options, "service") ?? "outrigger-control-plane",
    secret: optionOf(options, "secret") ?? workloadAuthoritySecret,
    givenCa: optionOf(options, "given-ca"),
    kubeconfig: optionOf(options, "kubeconfig"),
  };
}
