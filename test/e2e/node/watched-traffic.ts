/**
 * One action and what the proxies at both of its ends have counted meanwhile.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import type { ProxyTraffic } from "./proxy-traffic.ts";
import { proxyTraffic, trafficSince } from "./proxy-traffic.ts";

const none = { httpRequests: 0, tcpConnections: 0 };

/** Nothing has passed. */
export const noTraffic: ProxyTraffic = { inbound: none, outbound: none };
/** One request has been sent by the pod's application. */
export const oneRequestOut: ProxyTraffic = { ...noTraffic, outbound: { ...none, httpRequests: 1 } };
/** One request has come to the pod's application. */
export const oneRequestIn: ProxyTraffic = { ...noTraffic, inbound: { ...none, httpRequests: 1 } };
/** The same for a connection of which the proxy knows only that it is TCP. */
export const oneConnectionOut: ProxyTraffic = { ...noTraffic, outbound: { ...none, tcpConnections: 1 } };
export const oneConnectionIn: ProxyTraffic = { ...noTraffic, inbound: { ...none, tcpConnections: 1 } };

/** The same on the way from a client to a server, through the proxies of both. */
export function throughBoth(
  client: string,
  server: string,
  { requests = 0, connections = 0 }: { readonly requests?: number; readonly connections?: number },
): Readonly<Record<string, ProxyTraffic>> {
  const counted = { httpRequests: requests, tcpConnections: connections };
  return { [client]: { ...noTraffic, outbound: counted }, [server]: { ...noTraffic, inbound: counted } };
}

/** Does something and checks by the pods' proxies what has passed through each of them, no more and no less. */
export async function expectTraffic<T>(
  namespace: string,
  expected: Readonly<Record<string, ProxyTraffic>>,
  action: () => Promise<T>,
): Promise<T> {
  const look = async (): Promise<Readonly<Record<string, ProxyTraffic>>> =>
    Object.fromEntries(
      await Promise.all(Object.keys(expected).map(async (pod) => [pod, await proxyTraffic(namespace, pod)] as const)),
    );
  const before = await look();
  const result = await action();
  let counted: Readonly<Record<string, ProxyTraffic>> = {};
  const matches = async (): Promise<boolean> => {
    const after = await look();
    counted = Object.fromEntries(Object.keys(expected).map((pod) => [pod, difference(pod, before, after)]));
    return JSON.stringify(counted) === JSON.stringify(expected);
  };
  // Worker threads hand their counters over a moment later.
  await eventually("the counters show the traffic", matches, 3_000).catch(() => undefined);
  assert.deepEqual(counted, expected);
  return result;
}

function difference(
  pod: string,
  before: Readonly<Record<string, ProxyTraffic>>,
  after: Readonly<Record<string, ProxyTraffic>>,
): ProxyTraffic {
  const [then, now] = [before[pod], after[pod]];
  assert.ok(then !== undefined && now !== undefined);
  return trafficSince(then, now);
}
