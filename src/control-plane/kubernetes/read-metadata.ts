/** The parts of objects that several kinds have: names, ages, IPs, our annotations. */
import { annotationPath, keyOf } from "../../injection/keys.ts";
import type { PortRange } from "../../net/port-range.ts";
import { parsePortRanges } from "../../net/port-range.ts";
import { quote } from "../../quote.ts";
import { canonicalIp } from "../model/address.ts";
import type { Field } from "./field.ts";

export interface NameAndAge {
  readonly namespace: string;
  readonly name: string;
  /** Milliseconds since the epoch; 0 where it says none. */
  readonly createdAt: number;
}

export function readNameAndAge(object: Field): NameAndAge {
  const metadata = object.at("metadata");
  const created = Date.parse(metadata.at("creationTimestamp").text() ?? "");
  return {
    namespace: metadata.at("namespace").text() ?? "",
    name: metadata.at("name").text() ?? "",
    createdAt: Number.isNaN(created) ? 0 : created,
  };
}

const opaquePortsAnnotation = keyOf("opaque-ports");

/** The annotation of opaque ports; undefined where there is none that can be read. */
export function readOpaquePorts(object: Field): readonly PortRange[] | undefined {
  const annotation = object.at("metadata").at("annotations").entry(opaquePortsAnnotation);
  const text = annotation.text();
  return text === undefined
    ? undefined
    : annotation.accept(parsePortRanges(text, annotationPath(opaquePortsAnnotation)));
}

/** An IP address in its one spelling; undefined where there is none, or another text. */
export function readIp(field: Field): string | undefined {
  const text = field.text();
  const ip = text === undefined ? undefined : canonicalIp(text);
  if (text !== undefined && ip === undefined) {
    field.report(`${quote(text)} is not an IP address`, "write an IPv4 or IPv6 address without zone");
  }
  return ip;
}

/** Those of some fields that are IP addresses, each once. */
export function readIps(fields: readonly Field[]): readonly string[] {
  return [...new Set(fields.map(readIp).filter((ip) => ip !== undefined))];
}
