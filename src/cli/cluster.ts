/**
 * The cluster that a command works on: how its options choose it, and what its refusals become.
 */
import { OutriggerError } from "../errors.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { ApiError } from "../kubernetes/api.ts";
import { CredentialsError, selectCluster } from "../kubernetes/client.ts";
import type { OptionSpec, OptionValues, Terminal } from "./command.ts";
import { optionOf } from "./command.ts";

export const clusterOptions = {
  kubeconfig: { value: "FILE", help: "how to reach the cluster; $KUBECONFIG or ~/.kube/config unless given" },
  context: { value: "NAME", help: "context of the kubeconfig; its current one unless given" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export interface Cluster {
  readonly api: KubernetesApi;
  /** The namespace of the kubeconfig's context, or `default`. */
  readonly namespace: string;
}

/** Codes of node:net, node:dns and node:tls for connections that did not come about, and of requests that took too long. */
const connectionCodes =
  /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_)|ENOTFOUND|ERR_(TLS|SSL)|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HPE_)/;

function isConnectionFailure(error: Error): boolean {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return (
    error instanceof CredentialsError ||
    connectionCodes.test(code) ||
    error.name === "TimeoutError" ||
    error.name === "AbortError"
  );
}

/** An error of the catalogue for what the API server, or the way to it, has refused; every other error as it is. */
export function explainClusterError(error: unknown): unknown {
  if (error instanceof ApiError) {
    const text = error.message === "" ? error.reason : error.message;
    return new OutriggerError("OUTRIGGER_KUBERNETES_REFUSED", `${text} (${error.status})`, { cause: error });
  }
  if (!(error instanceof Error) || !isConnectionFailure(error)) return error;
  // Several addresses that were tried in turn leave their messages in the errors beneath.
  const messages =
    error instanceof AggregateError ? error.errors.map((inner: unknown) => String(inner)) : [error.message];
  return new OutriggerError("OUTRIGGER_KUBERNETES_UNREACHABLE", messages.join("; "), { cause: error });
}

async function connect(options: OptionValues, { environment }: Terminal): Promise<Cluster> {
  const [kubeconfig, context] = [optionOf(options, "kubeconfig"), optionOf(options, "context")];
  try {
    const { api, namespace = "default" } = await selectCluster({
      environment,
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(context !== undefined && { context }),
    });
    return { api, namespace };
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : undefined;
    throw new OutriggerError("OUTRIGGER_KUBERNETES_UNREACHABLE", detail, { cause });
  }
}

/** Runs with the cluster that the options choose, and lets go of it afterwards. */
export async function withCluster<T>(
  options: OptionValues,
  terminal: Terminal,
  run: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await connect(options, terminal);
  try {
    return await run(cluster);
  } catch (error) {
    throw explainClusterError(error);
  } finally {
    cluster.api.close();
  }
}

/** A number of seconds as milliseconds. */
export function readSeconds(options: OptionValues, name: string): number | undefined {
  const text = optionOf(options, name);
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text) * 1_000;
  throw new OutriggerError("OUTRIGGER_USAGE", `--${name} ${text} is not a whole number of seconds`);
}

/** Refuses an output format that a command does not have. */
export function readFormat<F extends string>(options: OptionValues, formats: readonly F[]): F | undefined {
  const text = optionOf(options, "output");
  if (text === undefined) return undefined;
  const format = formats.find((candidate) => candidate === text);
  if (format !== undefined) return format;
  const known = formats.length > 1 ? `neither ${formats.join(" nor ")}` : `not ${formats.join("")}`;
  throw new OutriggerError("OUTRIGGER_USAGE", `-o ${text} is ${known}`);
}
