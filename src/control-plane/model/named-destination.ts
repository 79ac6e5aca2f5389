/**
 * A Service's port by its name, `<namespace>/<service>:<port>`: what a Service is sent requests by that has no IP of its
 * own. Nobody connects to it; it stands where an address would.
 */
import type { Address } from "./destination.ts";
import type { NamespacedName } from "./workload.ts";

export interface NamedPort {
  readonly service: NamespacedName;
  readonly port: number;
}

const form = /^([a-z0-9][a-z0-9.-]*\/[a-z0-9][a-z0-9.-]*):([1-9]\d{0,4})$/;
const highestPort = 65_535;

/** The name of a Service's port. */
export function formatNamedPort({ service, port }: NamedPort): Address {
  return `${service}:${port}`;
}

/** The parts of a named destination; undefined for any other text, such as an address. */
export function parseNamedPort(address: Address): NamedPort | undefined {
  const [, service, portText] = form.exec(address) ?? [];
  const port = Number(portText);
  return service === undefined || port > highestPort ? undefined : { service: service as NamespacedName, port };
}
