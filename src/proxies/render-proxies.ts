/**
 * The list of sidecars for a terminal. Pure.
 */
import { inOneLine, none, renderColumns, timeLeft } from "./columns.ts";
import type { ProxyRow } from "./proxy-list.ts";

/**
 * @param wide also with identities and with what was refused and why
 * @param now milliseconds since the epoch
 */
export function renderProxies(rows: readonly ProxyRow[], wide: boolean, now: number): string {
  if (rows.length === 0) return "no pod carries a sidecar that the control plane configures\n";
  const headings = ["POD", "REPLICA", "SYNCED", "REFUSED", "RESOURCES", "CERTIFICATE", "VERSION"];
  const more = wide ? ["IDENTITY", "CONNECTED SINCE", "DETAIL"] : [];
  return renderColumns(
    [...headings, ...more],
    rows.map((row) => [...cells(row, now), ...(wide ? wideCells(row) : [])]),
  );
}

function cells(row: ProxyRow, now: number): readonly string[] {
  const { pod, replica = "not connected", synced, refused, resources, certificateExpires, version = none } = row;
  const expires = certificateExpires === undefined ? none : timeLeft(Date.parse(certificateExpires), now);
  const known = row.connected ? [synced === true ? "yes" : "no", String(refused.length)] : [none, none];
  return [pod, replica, ...known, resources === undefined ? none : String(resources), expires, version];
}

function wideCells({ identity = none, connectedSince = none, refused, because }: ProxyRow): readonly string[] {
  const detail = because ?? refused.map(({ name, message }) => `${name}: ${inOneLine(message)}`).join(" | ");
  return [identity, connectedSince, detail === "" ? none : detail];
}
