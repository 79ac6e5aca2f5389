/** What `outrigger explain svc/NAME` says, as text. Pure. */
import { none, renderColumns } from "../proxies/columns.ts";
import type { AppliedPolicy, EndpointCounts, ServiceExplanation } from "./explain-service.ts";
import { renderComplaint } from "./render-answer.ts";

const withoutAddress = {
  addressed: "it has no IP",
  headless: "headless: its clients connect to its pods, and follow no routes",
  "external-name": "ExternalName: its clients connect to something else",
} as const;

const protocols = { http: "HTTP", http2: "HTTP/2", grpc: "gRPC", tcp: "TCP", detect: "HTTP or TCP" } as const;

export function renderService({ service, kind, addresses, ports, policies, complaints }: ServiceExplanation): string {
  const title = `Service ${service}: ${addresses.join(", ") || withoutAddress[kind]}\n`;
  const rows = ports.map(({ port, name, protocol, why, routes, endpoints }) => [
    name === "" ? String(port) : `${port} (${name})`,
    protocols[protocol],
    why,
    describeEndpoints(endpoints),
    describeModes(endpoints),
    routes.join(", ") || none,
  ]);
  const table =
    rows.length === 0 ? "" : renderColumns(["PORT", "PROTOCOL", "BECAUSE", "ENDPOINTS", "MTLS", "ROUTES"], rows);
  return [title + table, ...policies.map(renderPolicy), ...complaints.map(renderComplaint)].join("\n");
}

function describeEndpoints({ ready, draining }: EndpointCounts): string {
  return draining === 0 ? `${ready} ready` : `${ready} ready, ${draining} draining`;
}

function describeModes({ mtls, plain }: EndpointCounts): string {
  const modes = Object.entries(mtls).map(([mode, count]) => `${count} ${mode}`);
  const parts = plain === 0 ? modes : [...modes, `${plain} without sidecar`];
  return parts.join(", ") || none;
}

function renderPolicy({ policy, port, reason, message }: AppliedPolicy): string {
  const part = port === undefined ? "" : `, port ${port}`;
  return `${policy}${part}: ${reason}\n  ${message}\n`;
}
