/**
 * What a proxy has seen, by its own counters. They are read from the port where Prometheus reads them, through the API
 * server, which reaches pods of any cluster.
 */
import { kubernetesClient } from "../kubernetes-client.ts";
import { podsPath } from "../stored-pod.ts";

/** Requests and connections that have come in at each of the two capturing listeners. */
export interface ProxyTraffic {
  readonly inbound: DirectionTraffic;
  readonly outbound: DirectionTraffic;
}

export interface DirectionTraffic {
  readonly httpRequests: number;
  readonly tcpConnections: number;
}

/** The counters as they are now. */
export async function proxyTraffic(namespace: string, pod: string): Promise<ProxyTraffic> {
  const statistics = await proxyStatistics(namespace, pod);
  return { inbound: directionTraffic(statistics, "inbound"), outbound: directionTraffic(statistics, "outbound") };
}

/** The text of the statistics page. */
export async function proxyStatistics(namespace: string, pod: string): Promise<string> {
  const client = await kubernetesClient();
  const { status, text } = await client.request("GET", `${podsPath(namespace)}/${pod}:15090/proxy/stats/prometheus`);
  if (status !== 200) throw new Error(`${namespace}/${pod}: the statistics page answers ${status}: ${text}`);
  return text;
}

/** What has been added between two looks. */
export function trafficSince(before: ProxyTraffic, after: ProxyTraffic): ProxyTraffic {
  return { inbound: added(before.inbound, after.inbound), outbound: added(before.outbound, after.outbound) };
}

function added(before: DirectionTraffic, after: DirectionTraffic): DirectionTraffic {
  return {
    httpRequests: after.httpRequests - before.httpRequests,
    tcpConnections: after.tcpConnections - before.tcpConnections,
  };
}

function directionTraffic(statistics: string, direction: string): DirectionTraffic {
  return {
    httpRequests: counter(statistics, `envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="${direction}"}`),
    tcpConnections: counter(statistics, `envoy_tcp_downstream_cx_total{envoy_tcp_prefix="${direction}"}`),
  };
}

/** A counter that nothing has used yet may not be there. */
function counter(statistics: string, name: string): number {
  const line = statistics.split("\n").find((each) => each.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length));
}
