/**
 * `outrigger proxy stats|log`: what a sidecar says itself, through the API server. Both work without a control plane.
 */
import { proxyContainerName } from "../../envoy/ports.ts";
import { OutriggerError } from "../../errors.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { PodName } from "../../proxies/find-proxy.ts";
import { clusterOptions, withCluster } from "../cluster.ts";
import type { Command, Invocation, OptionSpec, OptionValues } from "../command.ts";
import { optionOf } from "../command.ts";

const podOptions = {
  namespace: { short: "n", value: "NAME", help: "namespace of the pod (the context's own)" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

async function printOf(
  { options, positionals, terminal }: Invocation,
  read: (api: KubernetesApi, path: string) => Promise<string>,
): Promise<number> {
  const { parsePodName, podPath, readSidecarPod } = await import("../../proxies/find-proxy.ts");
  const text = await withCluster(options, terminal, async ({ api, namespace }) => {
    const pod: PodName = parsePodName(positionals, optionOf(options, "namespace") ?? namespace);
    await readSidecarPod(api, pod);
    return read(api, podPath(pod));
  });
  terminal.out(text === "" || text.endsWith("\n") ? text : `${text}\n`);
  return 0;
}

/** The port on which a sidecar shows its statistics to whoever may reach the pod. */
const statsPort = 15_090;

export const proxyStats: Command = {
  name: "proxy stats",
  operands: "POD",
  summary: "Print a sidecar's statistics, in Prometheus' format.",
  options: { ...podOptions, ...clusterOptions },
  run: (invocation) =>
    printOf(invocation, (api, path) =>
      api.request<string>({ method: "GET", path: `${path}:${statsPort}/proxy/stats/prometheus`, answer: "text" }),
    ),
};

function readLines(options: OptionValues): string {
  const text = optionOf(options, "tail") ?? "200";
  if (/^[1-9]\d{0,6}$/.test(text)) return text;
  throw new OutriggerError("OUTRIGGER_USAGE", `--tail ${text} is not a number of lines`);
}

export const proxyLog: Command = {
  name: "proxy log",
  operands: "POD",
  summary: "Print the end of a sidecar's log.",
  options: {
    ...podOptions,
    tail: { value: "LINES", help: "at most so many lines (200)" },
    previous: { help: "of the sidecar's run before this one" },
    ...clusterOptions,
  },
  run: (invocation) => {
    const { options } = invocation;
    const query = {
      container: proxyContainerName,
      tailLines: readLines(options),
      ...(options["previous"] !== undefined && { previous: "true" }),
    };
    return printOf(invocation, (api, path) =>
      api.request<string>({ method: "GET", path: `${path}/log`, query, answer: "text" }),
    );
  },
};
