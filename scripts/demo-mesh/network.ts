/**
 * Pods as network namespaces: what the kernel sees of a pod, without a cluster. One namespace more is the router between
 * them, and the home of all that is no pod. Nothing is left once their processes have ended.
 */
import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

/** A namespace; lives as long as its holder. */
export interface Place {
  /** Runs a program in it to its end; throws where it fails. */
  readonly run: (command: readonly string[], input?: string) => void;
  /** Starts a program in it. */
  readonly start: (command: readonly string[]) => ChildProcess;
}

export interface Network {
  readonly router: Place;
  /** Makes a pod's namespace with this address (`10.77.<number>.2`) and this folder at `/var/run/outrigger`. */
  readonly addPod: (number: number, identityFolder: string) => Promise<Place>;
  readonly close: () => Promise<void>;
}

const identityFolder = "/var/run/outrigger";

/** Makes the router, with these addresses of its own. */
export async function createNetwork(addresses: readonly string[]): Promise<Network> {
  const children: ChildProcess[] = [];
  const makePlace = async (prepare: string): Promise<Place & { readonly pid: number }> => {
    // A tmpfs over /run is this namespace's own: the folder that a pod has there comes and goes with it.
    const script = `mount -t tmpfs demo /run && ${prepare} && ip link set lo up && echo ready && exec sleep infinity`;
    const holder = spawn("unshare", ["--net", "--mount", "--propagation=private", "sh", "-c", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(holder);
    const first = (await Promise.race([once(holder.stdout, "data"), once(holder, "exit")])) as [unknown];
    if (!String(first[0]).startsWith("ready")) throw new Error("no namespace could be made: this takes root");
    const pid = holder.pid ?? 0;
    const enter = ["--target", String(pid), "--net", "--mount", "--"];
    return {
      pid,
      run: (command, input) => {
        execFileSync("nsenter", [...enter, ...command], { stdio: ["pipe", "ignore", "inherit"], input: input ?? "" });
      },
      start: (command) => {
        const child = spawn("nsenter", [...enter, ...command], { stdio: ["ignore", "pipe", "pipe"] });
        children.push(child);
        return child;
      },
    };
  };
  const router = await makePlace("echo 1 >/proc/sys/net/ipv4/ip_forward");
  for (const address of addresses) router.run(["ip", "address", "add", `${address}/32`, "dev", "lo"]);
  return {
    router,
    addPod: async (number, folder) => {
      const pod = await makePlace(`mkdir ${identityFolder} && mount --bind ${folder} ${identityFolder}`);
      const peer = `pod${number}`;
      pod.run(["ip", "link", "add", "eth0", "type", "veth", "peer", "name", peer, "netns", String(router.pid)]);
      for (const [place, device, last] of [
        [pod, "eth0", 2],
        [router, peer, 1],
      ] as const) {
        place.run(["ip", "address", "add", `10.77.${number}.${last}/24`, "dev", device]);
        place.run(["ip", "link", "set", device, "up"]);
      }
      pod.run(["ip", "route", "add", "default", "via", `10.77.${number}.1`]);
      return pod;
    },
    close: async () => {
      const ended = children.map(async (child) => (child.exitCode === null ? once(child, "exit") : undefined));
      for (const child of children.reverse()) child.kill("SIGKILL");
      await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, 5_000))]);
    },
  };
}
