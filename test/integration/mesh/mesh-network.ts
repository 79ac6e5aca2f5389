/**
 * Pods and the rest of the world, each a network namespace, in both families: the world is everybody's router, as a node is.
 */
import type { Namespace } from "../iptables/namespace.ts";
import { createNamespace } from "../iptables/namespace.ts";

/** The control plane, and every server that is no pod; the second is no private address. */
export const elsewhere = { private: "10.99.0.1", public: "203.0.113.7" } as const;

export interface PodAddress {
  readonly IPv4: string;
  readonly IPv6: string;
}

/** The address of the pod of that number, counted from 1. */
export function podAddress(number: number): PodAddress {
  return { IPv4: `10.77.${number}.2`, IPv6: `fd77:${number}::2` };
}

export interface MeshNetwork {
  readonly world: Namespace;
  readonly pods: readonly Namespace[];
  readonly close: () => Promise<void>;
}

function connect(pod: Namespace, world: Namespace, number: number): void {
  const name = `pod${number}`;
  pod.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", name, "netns", String(world.pid));
  const { IPv4, IPv6 } = podAddress(number);
  const ends = [
    [pod, "eth0", IPv4, IPv6],
    [world, name, `10.77.${number}.1`, `fd77:${number}::1`],
  ] as const;
  for (const [namespace, device, v4, v6] of ends) {
    namespace.run("ip", "address", "add", `${v4}/24`, "dev", device);
    namespace.run("ip", "address", "add", `${v6}/64`, "dev", device, "nodad");
    namespace.run("ip", "link", "set", device, "up");
  }
  pod.run("ip", "-4", "route", "add", "default", "via", `10.77.${number}.1`);
  pod.run("ip", "-6", "route", "add", "default", "via", `fd77:${number}::1`);
}

/** Makes a world with so many pods. */
export async function createMeshNetwork(count: number): Promise<MeshNetwork> {
  const [world, ...pods] = await Promise.all(Array.from({ length: count + 1 }, createNamespace));
  if (world === undefined) throw new Error("no namespace was made");
  world.run("sh", "-c", "cd /proc/sys/net && echo 1 >ipv4/ip_forward && echo 1 >ipv6/conf/all/forwarding");
  for (const address of Object.values(elsewhere)) world.run("ip", "address", "add", `${address}/32`, "dev", "lo");
  for (const [index, pod] of pods.entries()) connect(pod, world, index + 1);
  return {
    world,
    pods,
    close: async () => {
      await Promise.all([world, ...pods].map((namespace) => namespace.close()));
    },
  };
}
