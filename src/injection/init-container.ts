/**
 * The init container that captures traffic: it gets finished rules in its environment and only applies them. Beside a
 * native sidecar it then waits until the proxy is ready.
 */
import { initContainerName } from "../envoy/ports.ts";
import type { CapturePlan } from "../iptables/capture-plan.ts";
import { captureVariables, renderCapture } from "../iptables/render-capture.ts";
import type { Container, EnvVar, VolumeMount } from "../kubernetes/pod.ts";
import { holdDirectoryVariable, holdsByHook, holdsByInitContainer, waitForProxyVariable } from "./hold-application.ts";
import type { InjectionContext } from "./outcome.ts";
import { createResources } from "./proxy-resources.ts";
import { initSecurityContext } from "./security-contexts.ts";
import type { InjectionSettings } from "./settings.ts";

/** Whether the pod needs one: to capture traffic, or to bring along what holds the application back. */
export function needsInitContainer(settings: InjectionSettings): boolean {
  return settings.capture.mode !== "none" || holdsByHook(settings);
}

/** An empty value is left out, as the API server does on the way to a second pass; the variable is set all the same. */
function variable(name: string, value: string): EnvVar {
  return value === "" ? { name } : { name, value };
}

function renderRules(plan: CapturePlan): readonly EnvVar[] {
  const { v4, v6, routing } = renderCapture(plan);
  return [
    variable(captureVariables.v4, v4),
    variable(captureVariables.v6, v6),
    variable(captureVariables.routing, routing),
  ];
}

function createEnvironment(settings: InjectionSettings): readonly EnvVar[] {
  return [
    ...renderRules(settings.capture),
    ...(holdsByHook(settings) ? [holdDirectoryVariable] : []),
    ...(holdsByInitContainer(settings) ? [waitForProxyVariable] : []),
  ];
}

/** Makes the init container. */
export function createInitContainer(
  settings: InjectionSettings,
  { config }: InjectionContext,
  volumeMounts: readonly VolumeMount[],
): Container {
  return {
    name: initContainerName,
    image: config.proxy.initImage,
    imagePullPolicy: config.proxy.imagePullPolicy,
    env: createEnvironment(settings),
    resources: createResources(settings.resources, config),
    securityContext: initSecurityContext,
    ...(volumeMounts.length > 0 ? { volumeMounts } : {}),
  };
}
