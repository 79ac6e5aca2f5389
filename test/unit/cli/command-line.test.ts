import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../../../src/cli/command.ts";
import { commands } from "../../../src/cli/commands.ts";
import { OutriggerError } from "../../../src/errors.ts";
import { version } from "../../../src/version.ts";
import { runWith } from "./terminal.ts";

const echo: Command = {
  name: "echo loudly",
  operands: "WORD",
  summary: "Say it.",
  options: { times: { short: "t", value: "N", help: "how often" }, twice: { help: "two times" } },
  run: ({ options, positionals, terminal }) => {
    terminal.out(JSON.stringify({ options, positionals }));
    return Promise.resolve(3);
  },
};

const failing = (error: Error): Command => ({
  name: "fail",
  operands: "",
  summary: "Fail.",
  options: {},
  run: () => Promise.reject(error),
});

test("options, operands and the exit code reach the command and come back", async () => {
  const run = await runWith([echo], ["echo", "loudly", "-t", "2", "--times=3", "hello", "--twice"]);
  assert.equal(run.code, 3);
  assert.deepEqual(JSON.parse(run.out), { options: { times: ["2", "3"], twice: ["true"] }, positionals: ["hello"] });
});

test("help lists every command, and each command explains itself", async () => {
  for (const args of [[], ["help"], ["--help"], ["-h"]]) {
    const { code, out } = await runWith(commands, args);
    assert.equal(code, 0);
    for (const { name, summary } of commands) assert.ok(out.includes(name) && out.includes(summary), name);
  }
  for (const { name, options } of commands) {
    const { code, out } = await runWith(commands, [...name.split(" "), "--help"]);
    assert.equal(code, 0, name);
    for (const option of Object.keys(options)) assert.ok(out.includes(`--${option}`), `${name} --${option}`);
    assert.equal(out, (await runWith(commands, ["help", ...name.split(" ")])).out);
  }
});

test("prints its version", async () => {
  assert.equal((await runWith(commands, ["version"])).out, `${version}\n`);
  assert.equal((await runWith(commands, ["--version"])).out, `${version}\n`);
});

const usageErrors: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["an unknown command", ["ijnect"], /unknown command ijnect, did you mean inject\?/],
  ["an unknown command without a near one", ["zzzzzzzz"], /unknown command zzzzzzzz\n/],
  ["an unknown option", ["inject", "--filname", "x"], /unknown option --filname, did you mean --filename\?/],
  ["an option without its value", ["inject", "-f"], /option -f needs a value/],
  ["a switch with a value", ["serve", "webhook", "--standalone=yes"], /option --standalone takes no value/],
  ["an operand too many", ["inject", "-f", "x", "y"], /unexpected argument y/],
  ["no file", ["inject"], /give the manifests with -f FILE/],
  [
    "a port that is none",
    ["serve", "webhook", "--standalone", "--port", "70000"],
    /--port 70000 is not a whole number/,
  ],
  ["a log level that is none", ["serve", "webhook", "--log-level", "loud"], /--log-level loud is none of debug/],
  [
    "an option of the other mode",
    ["serve", "webhook", "--standalone", "--secret", "x"],
    /--secret has no meaning with/,
  ],
  ["namespaces in a cluster", ["serve", "webhook", "--namespaces", "x"], /--namespaces has no meaning without/],
  ["two files", ["config", "validate", "a", "b"], /give one file/],
];

for (const [what, args, message] of usageErrors) {
  test(`${what} is a usage error that says how to go on`, async () => {
    const { code, out, err } = await runWith(commands, args);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, message);
    assert.match(err, /OUTRIGGER_USAGE/);
  });
}

test("a coded error prints message, fix and code, and exits as the catalogue says", async () => {
  const { code, err } = await runWith([failing(new OutriggerError("OUTRIGGER_FILE_UNREADABLE", "x.yaml"))], ["fail"]);
  assert.equal(code, 2);
  assert.match(err, /a file cannot be read: x\.yaml\n {2}to fix: .*OUTRIGGER_FILE_UNREADABLE/);
});

test("a bug prints its stack", async () => {
  const { code, err } = await runWith([failing(new TypeError("oops"))], ["fail"]);
  assert.equal(code, 1);
  assert.match(err, /OUTRIGGER_INTERNAL[\s\S]*TypeError: oops\n +at /);
});
