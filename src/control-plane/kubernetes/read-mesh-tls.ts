/**
 * Reads a MeshTLS object. The CRD's schema has checked one that comes from an API server; one from a file, or from an API
 * server with an older CRD, may hold anything. What cannot be understood makes the whole object void, as a guess at what
 * its writer meant could open what was to be closed.
 */
import type { MeshTlsRecord } from "../model/cluster-object.ts";
import type { TlsMode } from "../model/workload.ts";
import type { Field } from "./field.ts";
import { hasOnly } from "./known-fields.ts";
import { readNameAndAge } from "./read-metadata.ts";

const modes: readonly TlsMode[] = ["strict", "permissive", "disabled"];

/** Whether nothing is wrong with the part that a check has looked at. */
type Sound = boolean;

export function readMeshTls(object: Field): MeshTlsRecord | undefined {
  const spec = object.at("spec");
  const selector = spec.at("selector");
  const mode = spec.at("mode").oneOf(modes);
  const ports = readPorts(spec.at("ports"));
  const sound = [
    hasOnly(spec, ["selector", "mode", "ports"]),
    hasOnly(selector, ["matchLabels"]),
    selectsSomething(selector),
    mode !== undefined || spec.at("mode").absent,
    ports !== undefined,
    saysSomething(spec),
    portsHaveSelector(spec),
  ];
  if (ports === undefined || sound.includes(false)) return undefined;
  return {
    ...readNameAndAge(object),
    selector: selector.absent ? undefined : selector.at("matchLabels").texts(),
    mode,
    ports,
  };
}

/** An empty selector would select every workload, but with another rank than none at all. */
function selectsSomething(selector: Field): Sound {
  if (selector.absent) return true;
  const labels = selector.at("matchLabels");
  const keys = labels.keys();
  if (keys.length === 0) {
    labels.report("the selector names no label", "name one, or leave the selector out to mean the whole namespace");
  }
  return keys.length > 0 && Object.keys(labels.texts()).length === keys.length;
}

function saysSomething(spec: Field): Sound {
  const silent = spec.at("mode").absent && spec.at("ports").items().length === 0;
  if (silent) spec.report("neither a mode nor ports are given", "write mode: strict, permissive or disabled");
  return !silent;
}

function readPorts(list: Field): MeshTlsRecord["ports"] | undefined {
  const seen = new Set<number>();
  const ports = list.items().map((item) => {
    const port = item.at("port").port();
    const mode = item.at("mode").oneOf(modes);
    for (const name of ["port", "mode"]) {
      if (item.at(name).absent) item.report(`the ${name} is missing`, "give each port a number and a mode");
    }
    const repeated = port !== undefined && seen.has(port);
    if (repeated) item.report(`port ${port} is there twice`, "keep one of the two");
    if (port !== undefined) seen.add(port);
    return port === undefined || mode === undefined || repeated ? undefined : { port, mode };
  });
  return ports.every((port) => port !== undefined) ? ports : undefined;
}

function portsHaveSelector(spec: Field): Sound {
  const sound = !spec.at("selector").absent || spec.at("ports").items().length === 0;
  if (!sound) {
    const hint = "add a selector: the ports of all workloads have nothing in common";
    spec.at("ports").report("there are modes for ports, but no selector", hint);
  }
  return sound;
}
