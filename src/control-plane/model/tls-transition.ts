/**
 * How a workload goes from one MeshTLS mode to another without losing a request of a sidecar. Where clients are to begin or
 * to cease to use mTLS, servers and clients hear of it in no particular order, so the server takes both meanwhile:
 *
 * | stage     | server                 | its clients  |
 * |-----------|------------------------|--------------|
 * | before    | former mode            | former mode  |
 * | opening   | permissive             | former mode  |
 * | switching | permissive             | present mode |
 * | after     | present mode           | present mode |
 *
 * Each stage lasts until everybody has heard of it. Where clients go on as they did (strict and permissive), the server
 * changes at once: nobody is let in for a moment longer.
 */
import { isDeepStrictEqual } from "node:util";
import { modeOfPort } from "./tls-policies.ts";
import type { InboundTls, TlsMode } from "./workload.ts";

export interface TlsTransition {
  /** What its clients went by before. */
  readonly from: InboundTls;
  readonly stage: "opening" | "switching";
}

/** What is told about a workload: to its own sidecar, and to those of its clients. */
export interface TlsInEffect {
  readonly server: InboundTls;
  readonly clients: InboundTls;
}

function takesTls(tls: InboundTls, port: number): boolean {
  return modeOfPort(tls, port) !== "disabled";
}

/** Ports that either has a mode of its own for, ascending; 0, which is nobody's, stands for all others. */
function portsOf(one: InboundTls, other: InboundTls): readonly number[] {
  return [...new Set([0, ...one.ports.map(({ port }) => port), ...other.ports.map(({ port }) => port)])].sort(
    (first, second) => first - second,
  );
}

function changesClients(from: InboundTls, to: InboundTls, port: number): boolean {
  return takesTls(from, port) !== takesTls(to, port);
}

/** The present mode, but permissive where clients change. */
function widen(from: InboundTls, to: InboundTls): InboundTls {
  const modeOf = (port: number): TlsMode => (changesClients(from, to, port) ? "permissive" : modeOfPort(to, port));
  const mode = modeOf(0);
  const ports = portsOf(from, to)
    .slice(1)
    .map((port) => ({ port, mode: modeOf(port) }));
  return { mode, ports: ports.filter((port) => port.mode !== mode) };
}

/**
 * What is in effect.
 *
 * @param said what the MeshTLS objects say now
 */
export function tlsInEffect(said: InboundTls, transition: TlsTransition | undefined): TlsInEffect {
  if (transition === undefined) return { server: said, clients: said };
  const { from, stage } = transition;
  return { server: widen(from, said), clients: stage === "opening" ? from : said };
}

/**
 * The transition to what is said now; undefined where none is needed.
 *
 * @param before what was in effect, perhaps in the middle of another transition
 */
export function beginTransition({ clients }: TlsInEffect, said: InboundTls): TlsTransition | undefined {
  if (isDeepStrictEqual(clients, said)) return undefined;
  const needed = portsOf(clients, said).some((port) => changesClients(clients, said, port));
  return needed ? { from: clients, stage: "opening" } : undefined;
}

/** The next stage; undefined after the last. */
export function proceed({ from, stage }: TlsTransition): TlsTransition | undefined {
  return stage === "opening" ? { from, stage: "switching" } : undefined;
}
