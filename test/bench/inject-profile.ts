/**
 * Where the time of an injection goes, without HTTP and TLS: the pure stages on the benchmark's own pod, in this process.
 *
 *   node test/bench/inject-profile.ts [--count N] [--top N] [--config FILE] [--out FILE.cpuprofile]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { parseArgs } from "node:util";
import { hashMeshConfig } from "../../src/config/hash.ts";
import { parseMeshConfig } from "../../src/config/load.ts";
import type { MeshConfig } from "../../src/config/schema.ts";
import { injectPod } from "../../src/injection/inject.ts";
import type { InjectionContext, NamespaceView } from "../../src/injection/inject.ts";
import { createPatch } from "../../src/injection/json-patch.ts";
import { version } from "../../src/version.ts";
import { patched, renderReview } from "../../src/webhook/admission-response.ts";
import { enabledNamespace, injectedReview, skippedReview } from "./reviews.ts";
import { renderSelfTimes } from "./self-time.ts";
import type { Profile } from "./self-time.ts";
import { renderTable } from "./table.ts";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "20000" },
    top: { type: "string", default: "30" },
    config: { type: "string" },
    out: { type: "string" },
  },
});
const count = Number(options.count);

function readConfig(): MeshConfig {
  const text = options.config === undefined ? "" : readFileSync(options.config, "utf8");
  const config = parseMeshConfig(text, () => []);
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  return config.value;
}

const config = readConfig();
const context: InjectionContext = {
  config,
  configHash: hashMeshConfig(config),
  version,
  meshNamespace: "outrigger-system",
  nativeSidecars: true,
  ipFamilies: ["IPv4"],
  drainKey: "a key of the benchmark alone",
};
const namespace: NamespaceView = {
  name: enabledNamespace,
  labels: { "outrigger.dev/injection": "enabled" },
  annotations: {},
};

function podOf(body: string): object {
  return (JSON.parse(body) as { readonly request: { readonly object: object } }).request.object;
}

function mutated(pod: object): object {
  const outcome = injectPod(pod, namespace, context);
  if (outcome.result !== "injected") throw new Error(`the benchmark's pod is not injected: ${JSON.stringify(outcome)}`);
  return outcome.pod;
}

const uid = "705ab4f5-6393-11e8-b7cc-42010a800002";
const pod = podOf(injectedReview.body);
const optedOut = podOf(skippedReview.body);
const after = mutated(pod);
const patch = createPatch(pod, after);

const patchBytes = JSON.stringify(patch).length;

/** Each stage alone; the last is what the webhook does for one injected pod, but for HTTP. */
const stages: Readonly<Record<string, () => unknown>> = {
  "JSON.parse of the review": () => podOf(injectedReview.body),
  "injectPod, skipped": () => injectPod(optedOut, namespace, context),
  "injectPod, injected": () => injectPod(pod, namespace, context),
  createPatch: () => createPatch(pod, after),
  [`the answer, a patch of ${patchBytes} bytes`]: () => renderReview(uid, patched(patch)),
  "all of it": () => {
    const fresh = podOf(injectedReview.body);
    return renderReview(uid, patched(createPatch(fresh, mutated(fresh))));
  },
};

/** CPU milliseconds per call; helper threads count (they collect garbage and compile). */
function time(stage: () => unknown): number {
  for (let call = 0; call < count / 4; call++) stage();
  const start = process.cpuUsage();
  for (let call = 0; call < count; call++) stage();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / count;
}

async function profile(stage: () => unknown): Promise<Profile> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  for (let call = 0; call < count; call++) stage();
  const { profile: result } = await session.post("Profiler.stop");
  session.disconnect();
  return result;
}

const rows = Object.entries(stages).map(([name, stage]) => [name, time(stage).toFixed(4)]);
console.log(renderTable(["stage", "CPU ms"], rows));
const result = await profile(stages["all of it"] ?? (() => undefined));
console.log(`\n${renderSelfTimes(result, Number(options.top))}`);
if (options.out !== undefined) writeFileSync(options.out, JSON.stringify(result));
