/**
 * A sidecar's certificates for a terminal: its own, what leads to the root, and the roots that it trusts. Pure.
 */
import type { CertificateSummary } from "../control-plane/pages/certificate-summary.ts";
import type { ProxyCertificates } from "../control-plane/pages/pages.ts";
import { none, renderColumns, timeLeft } from "./columns.ts";

/** @param now milliseconds since the epoch */
export function renderCertificates({ chain, roots }: ProxyCertificates, wide: boolean, now: number): string {
  const rows = [
    ...chain.map((certificate, place) => cells(place === 0 ? "own" : "intermediate", certificate, wide, now)),
    ...roots.map((certificate) => cells("root", certificate, wide, now)),
  ];
  return renderColumns(["CERTIFICATE", "NAME", "SERIAL", "NOT AFTER", "LEFT", ...(wide ? ["ISSUER"] : [])], rows);
}

function cells(what: string, certificate: CertificateSummary, wide: boolean, now: number): readonly string[] {
  const { names, subject, serialNumber, notAfter, issuer } = certificate;
  const name = names.length > 0 ? names.join(",") : oneLine(subject);
  return [what, name, serialNumber, notAfter, timeLeft(Date.parse(notAfter), now), ...(wide ? [oneLine(issuer)] : [])];
}

/** Node puts each part of a distinguished name on a line of its own. */
function oneLine(name: string): string {
  return name === "" ? none : name.split("\n").join(",");
}
