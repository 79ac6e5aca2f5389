/**
 * What a scenario of the mesh shows when it fails: the pods, and what the control plane has logged meanwhile.
 */
import { showPodsOnFailure } from "../node/running-pods.ts";
import type { ScenarioContext } from "../scenario.ts";
import { controlPlaneLog } from "./control-plane-deployment.ts";

const shownLines = 40;

/** Shows a namespace's pods, Events and sidecars, and the control plane's last lines, if the scenario fails. */
export function showMeshOnFailure(context: ScenarioContext, namespace: string): void {
  const start = new Date();
  showPodsOnFailure(context, namespace);
  context.showOnFailure("control plane", async () => {
    const lines = await controlPlaneLog(start);
    return lines
      .slice(-shownLines)
      .map((line) => JSON.stringify(line))
      .join("\n");
  });
}
