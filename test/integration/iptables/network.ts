/**
 * A pod and the rest of the world, as two network namespaces with two cables between them, in both families.
 */
import type { IpFamily } from "../../../src/net/cidr.ts";
import type { Namespace } from "./namespace.ts";
import { createNamespace } from "./namespace.ts";

/** Places that connections go to, each with an address of either family. */
export const places = {
  /** The pod's own address. */
  pod: { IPv4: "10.77.0.2", IPv6: "fd77::2" },
  /** The pod's address on its second interface, `eth1`. */
  "pod-eth1": { IPv4: "10.78.0.2", IPv6: "fd78::2" },
  loopback: { IPv4: "127.0.0.1", IPv6: "::1" },
  /** The client of the pod, and the pod's way to everywhere. */
  client: { IPv4: "10.77.0.1", IPv6: "fd77::1" },
  /** The same machine by the cable to `eth1`. */
  "client-eth1": { IPv4: "10.78.0.1", IPv6: "fd78::1" },
  /** Servers elsewhere. */
  remote: { IPv4: "192.0.2.1", IPv6: "2001:db8:1::1" },
  "other-remote": { IPv4: "198.51.100.1", IPv6: "2001:db8:2::1" },
} as const satisfies Record<string, Record<IpFamily, string>>;

export type Place = keyof typeof places;

export interface Network {
  readonly pod: Namespace;
  readonly world: Namespace;
  readonly close: () => Promise<void>;
}

function connect(pod: Namespace, world: Namespace, name: "eth0" | "eth1"): void {
  const [podEnd, worldEnd] =
    name === "eth0" ? ([places.pod, places.client] as const) : ([places["pod-eth1"], places["client-eth1"]] as const);
  const peer = ["peer", "name", name, "netns", String(world.pid)];
  pod.run("ip", "link", "add", name, "type", "veth", ...peer);
  for (const [namespace, end] of [
    [pod, podEnd],
    [world, worldEnd],
  ] as const) {
    namespace.run("ip", "address", "add", `${end.IPv4}/24`, "dev", name);
    namespace.run("ip", "address", "add", `${end.IPv6}/64`, "dev", name, "nodad");
    namespace.run("ip", "link", "set", name, "up");
  }
}

/** Makes both namespaces, with addresses and routes. */
export async function createNetwork(): Promise<Network> {
  const [pod, world] = await Promise.all([createNamespace(), createNamespace()]);
  connect(pod, world, "eth0");
  connect(pod, world, "eth1");
  pod.run("ip", "-4", "route", "add", "default", "via", places.client.IPv4);
  pod.run("ip", "-6", "route", "add", "default", "via", places.client.IPv6);
  // As strict as a node or a VPN client may set it; transparent proxying must live with it.
  pod.run("sh", "-c", "cd /proc/sys/net/ipv4/conf/all && echo 1 >rp_filter && echo 1 >src_valid_mark");
  for (const place of [places.remote, places["other-remote"]]) {
    world.run("ip", "address", "add", `${place.IPv4}/32`, "dev", "lo");
    world.run("ip", "address", "add", `${place.IPv6}/128`, "dev", "lo", "nodad");
  }
  return {
    pod,
    world,
    close: async () => {
      await Promise.all([pod.close(), world.close()]);
    },
  };
}
