/**
 * `outrigger proxy config|endpoints|routes|certs`: what the control plane has sent to one sidecar, asked of the replica that
 * it is connected to. Private keys are never shown.
 */
import type { ProxyCertificates } from "../../control-plane/pages/pages.ts";
import type { ShownResource } from "../../control-plane/pages/proxy-contents.ts";
import { clusterOptions, readFormat, withCluster } from "../cluster.ts";
import type { Command } from "../command.ts";
import { optionOf } from "../command.ts";
import { dataFormats, renderData } from "../render-data.ts";

interface Shown<T> {
  /** The command's last word, and the page of the control plane. */
  readonly part: string;
  readonly summary: string;
  readonly render: () => Promise<(data: T, wide: boolean) => string>;
}

function showCommand<T extends object>({ part, summary, render }: Shown<T>): Command {
  return {
    name: `proxy ${part}`,
    operands: "POD",
    summary,
    options: {
      namespace: { short: "n", value: "NAME", help: "namespace of the pod (the context's own)" },
      output: { short: "o", value: "FORMAT", help: "json, yaml or wide" },
      ...clusterOptions,
    },
    run: async ({ options, positionals, terminal }) => {
      const format = readFormat(options, [...dataFormats, "wide"]);
      const { askAboutProxy, parsePodName } = await import("../../proxies/find-proxy.ts");
      const data = await withCluster(options, terminal, async ({ api, namespace }) => {
        const pod = parsePodName(positionals, optionOf(options, "namespace") ?? namespace);
        return askAboutProxy<T>(api, pod, part);
      });
      const isText = format === undefined || format === "wide";
      terminal.out(isText ? (await render())(data, format === "wide") : renderData(data, format));
      return 0;
    },
  };
}

export const proxyConfig = showCommand<readonly ShownResource[]>({
  part: "config",
  summary:
    "Show every resource that a sidecar was sent and what has become of it; -o json or yaml shows what is in them.",
  render: async () => (await import("../../proxies/render-resources.ts")).renderConfig,
});

export const proxyEndpoints = showCommand<readonly ShownResource[]>({
  part: "endpoints",
  summary: "Show the endpoints that a sidecar knows of each destination that it uses.",
  render: async () => (await import("../../proxies/render-resources.ts")).renderEndpoints,
});

export const proxyRoutes = showCommand<readonly ShownResource[]>({
  part: "routes",
  summary: "Show a sidecar's routes.",
  render: async () => (await import("../../proxies/render-resources.ts")).renderRoutes,
});

export const proxyCerts = showCommand<ProxyCertificates>({
  part: "certs",
  summary: "Show a sidecar's certificate and the roots that it trusts.",
  render: async () => {
    const { renderCertificates } = await import("../../proxies/render-certificates.ts");
    return (data, wide) => renderCertificates(data, wide, Date.now());
  },
});
