/**
 * What a sidecar's bootstrap says of it, parsed at the edge: the other side of `src/envoy/node.ts`. Everything is checked,
 * and everything that is wrong is told at once, though all of it was written by our own injector: it may have been another
 * version's, or none of ours.
 */
import type { DiscoveryNode } from "../../envoy-api/discovery.ts";
import type { AccessLogMode, TracingTarget } from "../../envoy/bootstrap-input.ts";
import type { InterceptionMode } from "../../iptables/capture-plan.ts";
import { isJsonObject, kindOf } from "../../json-value.ts";
import type { IpFamily } from "../../net/cidr.ts";
import type { PortRange } from "../../net/port-range.ts";
import { parsePortRanges } from "../../net/port-range.ts";
import type { Parsed, Problem } from "../../problem.ts";
import { parsed, unparsable } from "../../problem.ts";
import { quote } from "../../quote.ts";
import type { ProxySettings } from "../proxy.ts";

/** What a sidecar says of itself; nothing of it is proved. */
export interface NodeClaims extends ProxySettings {
  readonly id: string;
  readonly pod: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly trustDomain: string;
}

const modes: readonly InterceptionMode[] = ["redirect", "tproxy", "none"];
const families: readonly IpFamily[] = ["IPv4", "IPv6"];
const accessLogs: readonly AccessLogMode[] = ["off", "errors", "all"];
const hint = "create the pod anew, so that the injector writes its bootstrap";

function text(value: unknown, path: string): Parsed<string> {
  if (typeof value === "string" && value !== "") return parsed(value);
  return unparsable(
    path,
    `must be a text that is not empty, not ${value === "" ? "an empty one" : kindOf(value)}`,
    hint,
  );
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], path: string): Parsed<T> {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return parsed(found);
  const given = typeof value === "string" ? quote(value) : kindOf(value);
  return unparsable(path, `${given} is none of ${allowed.join(", ")}`, hint);
}

function ports(value: unknown, path: string): Parsed<readonly PortRange[]> {
  if (typeof value === "string") return parsePortRanges(value, path);
  return unparsable(path, `must be a text of ports and ranges, not ${kindOf(value)}`, hint);
}

function ipFamilies(value: unknown, path: string): Parsed<readonly IpFamily[]> {
  if (!Array.isArray(value) || value.length === 0) {
    return unparsable(path, `must be a list of IP families, not ${kindOf(value)}`, hint);
  }
  const items = value.map((item, place) => oneOf(item, families, `${path}[${place}]`));
  const problems = problemsOf(items);
  const found = items.flatMap((item) => (item.ok ? [item.value] : []));
  return problems.length > 0 ? { ok: false, problems } : parsed([...new Set(found)]);
}

/** What older injectors have not written is false. */
function flag(value: unknown, path: string): Parsed<boolean> {
  if (value === undefined || typeof value === "boolean") return parsed(value ?? false);
  return unparsable(path, `must be true or false, not ${kindOf(value)}`, hint);
}

function tracing(value: unknown, path: string): Parsed<TracingTarget | undefined> {
  if (value === undefined) return parsed(undefined);
  if (!isJsonObject(value)) return unparsable(path, `must be an object, not ${kindOf(value)}`, hint);
  const { host, port, samplingPercent } = value;
  if (typeof host === "string" && host !== "" && isPort(port) && isPercent(samplingPercent)) {
    return parsed({ host, port, samplingPercent });
  }
  return unparsable(path, "needs a host, a port from 1 to 65535 and a samplingPercent from 0 to 100", hint);
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
}

function isPercent(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 100;
}

function problemsOf(fields: readonly Parsed<unknown>[]): readonly Problem[] {
  return fields.flatMap((field) => (field.ok ? [] : field.problems));
}

function valueOf<T>(field: Parsed<T>): T {
  if (field.ok) return field.value;
  throw new Error("a field with problems was read");
}

/** Parses a stream's node; the problems' paths are those of the bootstrap. */
export function parseNode({ id, cluster, metadata }: DiscoveryNode): Parsed<NodeClaims> {
  const path = (field: string): string => `node.metadata.${field}`;
  const fields = {
    id: text(id, "node.id"),
    pod: text(metadata["pod"], path("pod")),
    namespace: text(metadata["namespace"], path("namespace")),
    serviceAccount: text(metadata["serviceAccount"], path("serviceAccount")),
    trustDomain: text(metadata["trustDomain"], path("trustDomain")),
    workload: text(cluster, "node.cluster"),
    interceptionMode: oneOf(metadata["interceptionMode"], modes, path("interceptionMode")),
    ipFamilies: ipFamilies(metadata["ipFamilies"], path("ipFamilies")),
    opaquePorts: ports(metadata["opaquePorts"], path("opaquePorts")),
    accessLog: oneOf(metadata["accessLog"], accessLogs, path("accessLog")),
    internalListeners: flag(metadata["internalListeners"], path("internalListeners")),
    tracing: tracing(metadata["tracing"], path("tracing")),
  };
  const problems = problemsOf(Object.values(fields));
  if (problems.length > 0) return { ok: false, problems };
  return parsed({
    id: valueOf(fields.id),
    pod: valueOf(fields.pod),
    namespace: valueOf(fields.namespace),
    serviceAccount: valueOf(fields.serviceAccount),
    trustDomain: valueOf(fields.trustDomain),
    workload: valueOf(fields.workload),
    interceptionMode: valueOf(fields.interceptionMode),
    ipFamilies: valueOf(fields.ipFamilies),
    opaquePorts: valueOf(fields.opaquePorts),
    accessLog: valueOf(fields.accessLog),
    internalListeners: valueOf(fields.internalListeners),
    tracing: valueOf(fields.tracing),
  });
}
