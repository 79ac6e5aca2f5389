/**
 * `outrigger config`: the defaults with their documentation, and a check of a file before it goes to the cluster.
 */
import { hashMeshConfig } from "../../config/hash.ts";
import { renderDefaults } from "../../config/render-defaults.ts";
import { OutriggerError } from "../../errors.ts";
import type { Command } from "../command.ts";
import { readConfig } from "../offline-world.ts";

export const configDefaults: Command = {
  name: "config defaults",
  operands: "",
  summary: "Print the default mesh config, each field with its documentation.",
  options: {},
  run: ({ terminal }) => {
    terminal.out(renderDefaults());
    return Promise.resolve(0);
  },
};

export const configValidate: Command = {
  name: "config validate",
  operands: "FILE",
  summary: "Check a mesh config and report everything that is wrong with it at once (- for the standard input).",
  options: {},
  run: async ({ positionals, terminal }) => {
    const [path, ...others] = positionals;
    if (path === undefined || others.length > 0) throw new OutriggerError("OUTRIGGER_USAGE", "give one file");
    const config = await readConfig(terminal, path);
    terminal.out(`${path}: valid, config hash ${hashMeshConfig(config)}\n`);
    return 0;
  },
};
