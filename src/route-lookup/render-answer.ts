/** The answer of `outrigger routes` as text. Pure. */
import { describeOrigin } from "../control-plane/model/routes/describe-rule.ts";
import { none, renderColumns } from "../proxies/columns.ts";
import type { PortAnswer, RouteAnswer, RuleAnswer, TcpPortAnswer } from "./answer.ts";
import type { Complaint } from "./complaints.ts";

export function renderAnswer({ service, from, ports, tcpPorts, complaints }: RouteAnswer): string {
  const parts = [
    ...ports.map((port) => renderPort(service, from, port)),
    ...tcpPorts.map((port) => renderTcpPort(service, port)),
  ];
  const routed =
    parts.length === 0 ? [`${service}: no routes for clients in ${from}; requests go to the Service itself\n`] : parts;
  return [...routed, ...complaints.map(renderComplaint)].join("\n");
}

function renderPort(service: string, from: string, { port, rules, taken }: PortAnswer): string {
  const title = `${service}:${port}, as clients in ${from} see it\n`;
  const asked = taken !== undefined;
  const headings = ["", "MATCH", "GOES TO", "BESIDES", "FROM", ...(asked ? ["TAKES IT"] : [])];
  const rows = rules.map((rule, place) => {
    const cells = [
      String(place + 1),
      rule.match,
      rule.action,
      rule.extras.join("; ") || none,
      describeOrigin(rule.origin),
    ];
    return asked ? [...cells, verdict(rule, place, taken)] : cells;
  });
  const end = taken === null ? "No rule takes the request: it is answered 404.\n" : "";
  return `${title}${renderColumns(headings, rows)}${end}`;
}

/** A request has no part in it: whatever its words, it is bytes on a connection. */
function renderTcpPort(service: string, { port, action, origin }: TcpPortAnswer): string {
  return `${service}:${port}, plain TCP\n${renderColumns(["GOES TO", "FROM"], [[action, origin]])}`;
}

function verdict({ mismatch }: RuleAnswer, place: number, taken: number | null): string {
  if (place === taken) return "yes";
  return mismatch === undefined ? none : `no: ${mismatch}`;
}

export function renderComplaint({ object, condition, reason, message }: Complaint): string {
  const lines = message.split(" | ");
  return `${object}: ${condition} is False, ${reason}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
