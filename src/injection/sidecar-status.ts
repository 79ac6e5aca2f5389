/**
 * What the status annotation says of a sidecar that the control plane configures: which of the pod's traffic arrives at it.
 * The control plane reads it there instead of guessing from settings, which may have changed since the pod was made.
 */
import { isJsonObject } from "../json-value.ts";
import type { InterceptionMode } from "../iptables/capture-plan.ts";
import type { PortRange, PortSelection } from "../net/port-range.ts";
import { formatPortRange, formatPortSelection, parsePortRanges, parsePortSelection } from "../net/port-range.ts";
import type { Parsed } from "../problem.ts";
import { parsed, unparsable } from "../problem.ts";
import type { InjectionSettings } from "./settings.ts";

export interface SidecarStatus {
  readonly interceptionMode: InterceptionMode;
  readonly includeInboundPorts: PortSelection;
  /** Wins over what is included. */
  readonly excludeInboundPorts: readonly PortRange[];
  readonly opaquePorts: readonly PortRange[];
}

/** As it stands in the annotation, under `mesh`: ports as their annotations have them. */
export interface WrittenSidecarStatus {
  readonly interceptionMode: InterceptionMode;
  readonly includeInboundPorts: string;
  readonly excludeInboundPorts: string;
  readonly opaquePorts: string;
}

const modes: readonly InterceptionMode[] = ["redirect", "tproxy", "none"];

/** What to write of a pod's settings. */
export function describeSidecar({ capture, opaquePorts }: InjectionSettings): WrittenSidecarStatus {
  const list = (ranges: readonly PortRange[]): string => ranges.map(formatPortRange).join(",");
  return {
    interceptionMode: capture.mode,
    includeInboundPorts: formatPortSelection(capture.includeInboundPorts),
    excludeInboundPorts: list(capture.excludeInboundPorts),
    opaquePorts: list(opaquePorts),
  };
}

/** Whether a JSON value is one that {@link describeSidecar} can have made. */
export function isSidecarStatus(value: unknown): value is WrittenSidecarStatus {
  return readMesh(value, "").ok;
}

/**
 * The part of a status annotation's text that is about the mesh; undefined where it has none, because the sidecar is
 * standalone.
 */
export function readSidecarStatus(text: string, path: string): Parsed<SidecarStatus | undefined> {
  const status = parseJson(text);
  if (!isJsonObject(status)) return wrong(path);
  return status["mesh"] === undefined ? parsed(undefined) : readMesh(status["mesh"], path);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readMesh(value: unknown, path: string): Parsed<SidecarStatus> {
  if (!isJsonObject(value)) return wrong(path);
  const interceptionMode = modes.find((mode) => mode === value["interceptionMode"]);
  const { includeInboundPorts: include, excludeInboundPorts: exclude, opaquePorts: opaque } = value;
  if (typeof include !== "string" || typeof exclude !== "string" || typeof opaque !== "string") return wrong(path);
  const includeInboundPorts = parsePortSelection(include, path);
  const excludeInboundPorts = parsePortRanges(exclude, path);
  const opaquePorts = parsePortRanges(opaque, path);
  if (interceptionMode === undefined || !includeInboundPorts.ok || !excludeInboundPorts.ok || !opaquePorts.ok) {
    return wrong(path);
  }
  return parsed({
    interceptionMode,
    includeInboundPorts: includeInboundPorts.value,
    excludeInboundPorts: excludeInboundPorts.value,
    opaquePorts: opaquePorts.value,
  });
}

function wrong(path: string): Parsed<never> {
  return unparsable(
    path,
    "the status is none that an injector has written",
    "delete the pod: the next one gets a new one",
  );
}
