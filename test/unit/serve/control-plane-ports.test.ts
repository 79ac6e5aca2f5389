/**
 * What a control plane shows on which port, as a process of its own over a folder of manifests.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventually } from "../../eventually.ts";

const root = join(import.meta.dirname, "../../..");
let folder: string;
let log = "";
let stop: () => Promise<unknown>;

function portOf(message: string): number {
  return Number(new RegExp(`"port":(\\d+),"msg":"${message}"`).exec(log)?.[1]);
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-ports-"));
  const folders = ["from", "tokens", "trust"].map((name) => [`--${name}`, join(folder, name)]);
  await Promise.all(folders.map(async ([, path = ""]) => mkdir(path)));
  const ports = ["--port=0", "--health-port=0", "--pages-port=0", "--host=0.0.0.0"];
  const child = spawn(process.execPath, ["src/main.ts", "serve", "control-plane", ...folders.flat(), ...ports], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.on("data", (chunk) => (log += String(chunk)));
  stop = async () => {
    child.kill("SIGKILL");
    return once(child, "exit");
  };
  await eventually("it listens", () => log.includes("discovery listening"), 60_000);
});
after(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

async function answer(port: number, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

/** Whether somebody listens on the port at another address of this machine, also a loopback one. */
async function isOpenElsewhere(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.2", port });
  const open = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "error").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return open;
}

test("the status port shows nothing of the mesh", async () => {
  const port = portOf("status listening");
  assert.equal((await answer(port, "/healthz")).text, "ok\n");
  assert.match((await answer(port, "/metrics")).text, /^outrigger_discovery_connected_proxies 0$/m);
  for (const path of ["/proxies", "/proxies/shop/web-1/config", "/certificates", "/problems"]) {
    assert.equal((await answer(port, path)).status, 404, path);
  }
});

test("the pages are on the loopback interface alone, whatever the host that the rest listens on", async () => {
  const port = portOf("pages listening");
  assert.deepEqual(await answer(port, "/proxies"), { status: 200, text: "[]" });
  assert.equal((await answer(port, "/certificates")).status, 200);
  assert.equal(await isOpenElsewhere(portOf("status listening")), true);
  assert.equal(await isOpenElsewhere(port), false);
});

test("the pages' port shows no metrics", async () => {
  assert.equal((await answer(portOf("pages listening"), "/metrics")).status, 404);
});
