/**
 * Settings that parse by themselves and cannot be had together, or not in this cluster.
 */
import type { Problem } from "../problem.ts";
import { quote } from "../quote.ts";
import type { SettingName } from "./annotations/registry.ts";
import { exceedsLimit } from "./annotations/resource-limits.ts";
import type { Layered, LayeredSettings } from "./layers.ts";
import type { InjectionContext } from "./outcome.ts";

/** What is wrong, and the settings that have to go back to their defaults where the pod is made nevertheless. */
export interface Conflict {
  readonly settings: readonly SettingName[];
  readonly problem: Problem;
}

/** The one of the two that a person set, to be named in a problem about both. */
function blame(limit: Layered, request: Layered): Layered {
  return limit.overridden || !request.overridden ? limit : request;
}

function checkRequestBelowLimit(layered: LayeredSettings, resource: "cpu" | "memory"): readonly Conflict[] {
  const names = [`proxy-${resource}-request`, `proxy-${resource}-limit`] as const;
  const [request, limit] = [layered[names[0]], layered[names[1]]];
  if (!exceedsLimit(request.text, limit.text)) return [];
  const hint = `raise outrigger.dev/proxy-${resource}-limit or lower outrigger.dev/proxy-${resource}-request`;
  const message = `the ${resource} request ${request.text} (${request.origin}) is above the limit ${limit.text} (${limit.origin})`;
  return [{ settings: names, problem: { path: blame(limit, request).path, message, hint } }];
}

function checkOverlays(layered: LayeredSettings, defined: readonly string[]): readonly Conflict[] {
  const { path, value } = layered.overlays;
  const known = defined.length === 0 ? "the mesh config defines no overlay" : `write one of: ${defined.join(", ")}`;
  return (value as readonly string[])
    .filter((name) => !defined.includes(name))
    .map((name) => ({
      settings: ["overlays"],
      problem: { path, message: `${quote(name)} is not an overlay of the mesh config`, hint: known },
    }));
}

function checkNativeSidecar(layered: LayeredSettings, { nativeSidecars }: InjectionContext): readonly Conflict[] {
  const { path, value } = layered["native-sidecar"];
  if (value !== "true" || nativeSidecars) return [];
  const message = "the cluster runs no native sidecars, so the pod would wait for the proxy to end and never start";
  const hint = "leave it out, or upgrade Kubernetes to 1.29 or later";
  return [{ settings: ["native-sidecar"], problem: { path, message, hint } }];
}

/** Every conflict between the settings, and between them and the cluster. */
export function findConflicts(layered: LayeredSettings, context: InjectionContext): readonly Conflict[] {
  return [
    ...checkRequestBelowLimit(layered, "cpu"),
    ...checkRequestBelowLimit(layered, "memory"),
    ...checkOverlays(layered, Object.keys(context.config.overlays)),
    ...checkNativeSidecar(layered, context),
  ];
}
