/**
 * Runs the init container's script as a pod would: with nothing but its environment, as user 0, with two capabilities.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { CapturePlan } from "../../../src/iptables/capture-plan.ts";
import type { RenderedCapture } from "../../../src/iptables/render-capture.ts";
import { captureVariables, renderCapture } from "../../../src/iptables/render-capture.ts";
import type { Namespace } from "./namespace.ts";

const script = join(import.meta.dirname, "../../../images/init/outrigger-init");

export interface InitOutcome {
  readonly code: number | null;
  readonly output: string;
}

/** The environment that the injector gives the init container. */
export function initEnvironment({ v4, v6, routing }: RenderedCapture): Record<string, string> {
  return { [captureVariables.v4]: v4, [captureVariables.v6]: v6, [captureVariables.routing]: routing };
}

export interface InitOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly shell?: readonly string[];
  /** Capabilities in the form of setpriv(1). */
  readonly capabilities?: string;
  /** Shell commands to run before, in a mount namespace of their own. */
  readonly prepare?: string;
}

/** Runs the script in the pod's network. */
export function runInit(pod: Namespace, options: InitOptions): InitOutcome {
  const { environment, shell = ["sh"], capabilities = "-all,+net_admin,+net_raw", prepare = ":" } = options;
  const restricted = ["setpriv", `--bounding-set=${capabilities}`, "--no-new-privs", ...shell, script];
  const command = ["unshare", "--mount", "sh", "-c", `${prepare}; exec "$@"`, "init", ...restricted];
  const { status, stdout, stderr } = spawnSync("nsenter", ["--target", String(pod.pid), "--net", "--", ...command], {
    env: { PATH: process.env["PATH"], ...environment },
    encoding: "utf8",
  });
  return { code: status, output: stdout + stderr };
}

/** Applies a plan to the pod and expects that to work. */
export function applyPlan(pod: Namespace, plan: CapturePlan): void {
  const { code, output } = runInit(pod, { environment: initEnvironment(renderCapture(plan)) });
  if (code !== 0) throw new Error(output);
}
