/**
 * `make demo-mesh` (as root, on Linux): a mesh without a cluster. Three pods, each a network namespace with the capture
 * rules and the proxy that the injector gave it, and a control plane that reads a folder of manifests; then the folder
 * changes, and the traffic with it.
 */
import { execFileSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAllDocuments } from "yaml";
import type { Network, Place } from "./network.ts";
import { createNetwork } from "./network.ts";
import type { InjectedPod } from "./pod.ts";
import { captureTraffic, startProxy } from "./pod.ts";

const here = import.meta.dirname;
const root = join(here, "..", "..");
const manifests = join(here, "manifests");
/** The control plane's address, as in mesh-config.yaml. */
const controlPlaneAddress = "10.99.0.1";
const service = "http://10.96.0.10/";
const meshed = "web-v1, called by spiffe://cluster.local/ns/shop/sa/client";
const canary = meshed.replace("v1", "v2");

interface Answer {
  readonly at: number;
  readonly asked: number;
  readonly answer: string;
}

/** A client that keeps asking; what it was answered last. */
interface Client {
  readonly answers: Answer[];
}

function say(text: string): void {
  console.log(text);
}

if (process.platform !== "linux" || process.getuid?.() !== 0) {
  console.error(
    "make demo-mesh needs Linux and root: it makes network namespaces and sets packet filter rules in them",
  );
  process.exit(1);
}
const folder = await mkdtemp(join(tmpdir(), "outrigger-demo-mesh-"));
await chmod(folder, 0o755);
const network = await createNetwork([controlPlaneAddress]);
let controlPlane: ChildProcess | undefined;
try {
  await showMesh(network);
} finally {
  await network.close();
  await rm(folder, { recursive: true, force: true });
}

async function showMesh({ router, addPod }: Network): Promise<void> {
  const envoy = execFileSync(join(root, "scripts", "envoy", "install.sh"), { encoding: "utf8" }).trim();
  for (const name of ["mesh", "tokens", "trust"]) await mkdir(join(folder, name));
  const pods = await injectPods();
  for (const file of ["services.yaml", "endpoints.yaml"]) await put(file);
  for (const pod of pods) await writeToken(pod);

  controlPlane = router.start(controlPlaneCommand());
  watchControlPlane(controlPlane);
  await waitFor("the control plane's root", async () => exists(join(folder, "trust", "root.yaml")));

  const begun = performance.now();
  const places: Place[] = [];
  for (const [index, pod] of pods.entries()) {
    const place = await addPod(index + 1, await identityFolder(pod));
    captureTraffic(pod, place);
    startProxy(pod, place, envoy);
    if (pod.metadata.name !== "client")
      place.start([process.execPath, join(here, "app.ts"), "server", pod.metadata.name]);
    places.push(place);
  }
  const [client] = places;
  if (client === undefined) throw new Error("there is no client");
  const asking = ask(client, service);
  await answered(asking, meshed);
  say(
    `Three pods, each with its sidecar, and a control plane: up ${seconds(performance.now() - begun)} after their start.\n`,
  );
  say(`The client asks ${service} (the Service web), in plain HTTP, and is answered by`);
  say(`  ${meshed}`);
  say("The sidecars have made it mutual TLS: the server's has verified the certificate that names the caller.\n");

  const stranger = ask(router, "http://10.77.2.2:8080/");
  await answered(stranger, "web-v1, called by nobody known");
  say("A stranger without a sidecar is let in too, as nobody known: permissive is the default.\n");

  await put("strict.yaml");
  const refusedIn = await timed(() => answered(stranger, /^no answer/));
  say(
    `With MeshTLS \`mode: strict\` in the folder the stranger is refused, ${refusedIn} later; the client never notices.\n`,
  );

  await put("canary.yaml", "route.yaml");
  await answered(asking, canary);
  await answered(asking, meshed);
  await sleep(4_000);
  say("An HTTPRoute gives a tenth of the Service's requests to web-v2. The client, on the connection that it has, got");
  for (const [answer, count] of tally(asking, [meshed, canary])) say(`  ${String(count).padStart(4)} times ${answer}`);

  const before = asking.answers.length;
  await put("switch.yaml", "route.yaml");
  const written = Date.now();
  const settled = await lasting(asking, canary);
  say(
    `\nThe route gives all of them to web-v2, and so it is ${seconds(settled - written)} after the file was written.`,
  );
  const strange = asking.answers.slice(before).filter(({ answer }) => answer !== meshed && answer !== canary);
  if (strange.length > 0) throw new Error(`the client was answered: ${strange.map(({ answer }) => answer).join(", ")}`);
}

/** Waits until a client has got nothing but this answer for a second; gives the moment of the first. */
async function lasting({ answers }: Client, wanted: string): Promise<number> {
  const last = (): Answer => answers.at(-1) ?? { at: Date.now(), asked: 0, answer: "" };
  const isSettled = (): boolean => last().answer === wanted && Date.now() - last().at > 1_000;
  await waitFor(`nothing but the answer ${wanted}`, () => Promise.resolve(isSettled()));
  return last().at;
}

/** How often a client got each of these answers since the first of them that is the last here. */
function tally({ answers }: Client, of: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map(of.map((answer) => [answer, 0]));
  const first = answers.findIndex(({ answer }) => answer === of.at(-1));
  for (const [index, { answer, asked }] of answers.entries()) {
    const next = answers[index + 1];
    if (index < first || next === undefined) continue;
    counts.set(answer, (counts.get(answer) ?? 0) + next.asked - asked);
  }
  return counts;
}

/** What `outrigger inject` makes of the pods, in the control plane's folder as if the API server had stored them. */
async function injectPods(): Promise<readonly InjectedPod[]> {
  const args = ["dist/outrigger.js", "inject", "-f", join(manifests, "pods.yaml")];
  const text = execFileSync(process.execPath, [...args, "--config", join(manifests, "mesh-config.yaml")], {
    cwd: root,
    encoding: "utf8",
  });
  await writeFile(join(folder, "mesh", "pods.yaml"), text);
  return parseAllDocuments(text).map((document) => document.toJS() as InjectedPod);
}

/** Copies a manifest into the control plane's folder. */
async function put(file: string, as = file): Promise<void> {
  await copyFile(join(manifests, file), join(folder, "mesh", as));
}

function tokenPath({ metadata: { namespace, name }, spec: { serviceAccountName } }: InjectedPod): readonly string[] {
  return [folder, "tokens", namespace, serviceAccountName, name];
}

async function writeToken(pod: InjectedPod): Promise<void> {
  const path = tokenPath(pod);
  await mkdir(join(...path.slice(0, -1)), { recursive: true });
  await writeFile(join(...path), randomUUID());
}

/** What the pod's volume holds: its token, and whom to trust. */
async function identityFolder(pod: InjectedPod): Promise<string> {
  const path = join(folder, pod.metadata.name);
  await mkdir(path);
  await copyFile(join(...tokenPath(pod)), join(path, "token"));
  await copyFile(join(folder, "trust", "root.yaml"), join(path, "root.yaml"));
  return path;
}

function controlPlaneCommand(): readonly string[] {
  const options = { from: "mesh", tokens: "tokens", trust: "trust" };
  return [
    ...[
      process.execPath,
      join(root, "dist", "outrigger.js"),
      "serve",
      "control-plane",
      `--host=${controlPlaneAddress}`,
    ],
    ...Object.entries(options).map(([name, place]) => `--${name}=${join(folder, place)}`),
    ...[`--config=${join(manifests, "mesh-config.yaml")}`, "--log-level=warn"],
  ];
}

/** Its warnings are shown; its end is the demo's. */
function watchControlPlane(process: ChildProcess): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream !== null)
      createInterface(stream).on("line", (line) => {
        console.error(`  control plane: ${line}`);
      });
  }
}

function ask(place: Place, url: string): Client {
  const answers: Answer[] = [];
  const { stdout } = place.start([process.execPath, join(here, "app.ts"), "client", url]);
  if (stdout === null) throw new Error("the client has no output");
  createInterface(stdout).on("line", (line) => answers.push(JSON.parse(line) as Answer));
  return { answers };
}

async function answered({ answers }: Client, wanted: string | RegExp): Promise<void> {
  await waitFor(`the answer ${String(wanted)} after ${JSON.stringify(answers.at(-1))}`, () => {
    const { answer } = answers.at(-1) ?? { answer: "" };
    return Promise.resolve(typeof wanted === "string" ? answer === wanted : wanted.test(answer));
  });
}

async function waitFor(what: string, isThere: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await isThere())) {
    if (performance.now() > deadline) throw new Error(`waited half a minute for ${what}`);
    await sleep(5);
  }
}

async function timed(run: () => Promise<void>): Promise<string> {
  const begun = performance.now();
  await run();
  return seconds(performance.now() - begun);
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

async function exists(path: string): Promise<boolean> {
  return await readFile(path).then(
    () => true,
    () => false,
  );
}
