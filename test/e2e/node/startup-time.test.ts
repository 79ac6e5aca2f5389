/**
 * What a sidecar adds to the start of a pod, beside pods without one, in turns: whatever else the machine does meets all.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../eventually.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { createPod, deletePod, podsPath } from "../stored-pod.ts";
import { toolsPod } from "./application.ts";
import { installedOnNode } from "./installation.ts";

installedOnNode();

const turns = 5;

const kinds = {
  plain: { annotations: { "outrigger.dev/inject": "false" } },
  native: { annotations: { "outrigger.dev/native-sidecar": "true" } },
  classic: { annotations: { "outrigger.dev/native-sidecar": "false" } },
} as const;

type Kind = keyof typeof kinds;

scenario("startup time: what a native and a classic sidecar add to it", async ({ namespaces, note }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const times: Record<Kind, number[]> = { plain: [], native: [], classic: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    for (const kind of Object.keys(kinds) as readonly Kind[]) {
      times[kind].push(await secondsToFirstLine(namespace, `${kind}-${turn}`, kind));
    }
  }
  const medians = { plain: median(times.plain), native: median(times.native), classic: median(times.classic) };
  for (const [kind, seconds] of Object.entries(times)) {
    note(`until the application runs, ${kind}: ${seconds.map((each) => each.toFixed(1)).join(" ")} s`);
  }
  const added = { native: medians.native - medians.plain, classic: medians.classic - medians.plain };
  note(`added (medians of ${turns}): native ${added.native.toFixed(1)} s, classic ${added.classic.toFixed(1)} s`);
  // The kubelet looks at its containers once a second, and waits for two such looks with a native sidecar, for one with a
  // classic one. A machine that is busy with other things makes both several times as long.
  for (const seconds of Object.values(added)) assert.ok(seconds < 6, "a sidecar takes too long to start");
});

/** Seconds from the request that creates the pod until its application writes its first line, by the node's clock. */
async function secondsToFirstLine(namespace: string, name: string, kind: Kind): Promise<number> {
  // The kubelet's looks come at a fixed time of the second, and pods at any.
  await sleep(Math.random() * 1_000);
  const start = Date.now();
  await createPod(namespace, toolsPod(name, { ...kinds[kind], spec: speakingSpec }));
  let written = Number.NaN;
  await eventually(
    `${name} runs`,
    async () => {
      // Asking costs the machine time that the pod needs.
      await sleep(200);
      written = await timeOfFirstLine(namespace, name);
      return !Number.isNaN(written);
    },
    60_000,
  );
  await deletePod(namespace, name);
  return (written - start) / 1_000;
}

const speakingSpec = {
  containers: [
    {
      name: "tools",
      image: "outrigger.test/tools:1",
      imagePullPolicy: "IfNotPresent",
      command: ["sh", "-c", "echo started; exec sleep 1000000"],
    },
  ],
};

/** As the container runtime has noted it, in milliseconds since 1970; not a number while there is no line. */
async function timeOfFirstLine(namespace: string, pod: string): Promise<number> {
  const client = await kubernetesClient();
  const path = `${podsPath(namespace)}/${pod}/log?container=tools&timestamps=true`;
  const { status, text } = await client.request("GET", path);
  return status === 200 ? Date.parse(text.split(" ")[0] ?? "") : Number.NaN;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
