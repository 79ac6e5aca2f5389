/**
 * `outrigger proxy list`: every sidecar of the mesh, the replica that it is connected to, and whether it is up to date.
 */
import { clusterOptions, readFormat, withCluster } from "../cluster.ts";
import type { Command } from "../command.ts";
import { optionOf } from "../command.ts";
import { dataFormats, renderData } from "../render-data.ts";

export const proxyList: Command = {
  name: "proxy list",
  operands: "",
  summary:
    "List the sidecars that the control plane configures, also those that are connected to none of its replicas.",
  options: {
    namespace: { short: "n", value: "NAME", help: "of this namespace only" },
    output: { short: "o", value: "FORMAT", help: "json, yaml or wide" },
    ...clusterOptions,
  },
  run: async ({ options, terminal }) => {
    const format = readFormat(options, [...dataFormats, "wide"]);
    const { readProxies } = await import("../../proxies/read-proxies.ts");
    const { renderProxies } = await import("../../proxies/render-proxies.ts");
    const { rows, silent } = await withCluster(options, terminal, ({ api }) =>
      readProxies(api, optionOf(options, "namespace")),
    );
    for (const line of silent) terminal.err(`warning: ${line}\n`);
    terminal.out(
      format === undefined || format === "wide"
        ? renderProxies(rows, format === "wide", Date.now())
        : renderData(rows, format),
    );
    return 0;
  },
};
