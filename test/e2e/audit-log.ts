/**
 * The API server's audit log: the only place where the audit annotations of an admission webhook can be read.
 */
import { readFile } from "node:fs/promises";

export interface AuditEvent {
  readonly verb: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Every request about pods of this namespace so far, oldest first. An event may come a moment after its answer. */
export async function auditEvents(auditLog: string, namespace: string): Promise<readonly AuditEvent[]> {
  const lines = (await readFile(auditLog, "utf8")).split("\n").slice(0, -1);
  return lines
    .filter((line) => line.includes(`"namespace":"${namespace}"`))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter((event) => event.objectRef?.namespace === namespace);
}
