/**
 * `outrigger serve control-plane`: what configures the sidecars of a mesh. What it is made of is imported only here, so that
 * no other command pays for it.
 */
import { controlPlaneOptions, readControlPlaneOptions } from "../../serve/control-plane-options.ts";
import type { Command } from "../command.ts";

export const serveControlPlane: Command = {
  name: "serve control-plane",
  operands: "",
  summary: "Run the control plane that configures the sidecars, in a cluster or from a folder of manifests.",
  options: controlPlaneOptions,
  run: async ({ options, terminal }) => {
    const read = readControlPlaneOptions(options);
    const { runControlPlane } = await import("../../serve/run-control-plane.ts");
    return runControlPlane(read, terminal);
  },
};
