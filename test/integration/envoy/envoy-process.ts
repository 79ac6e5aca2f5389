/**
 * A real Envoy in a pod's network, started as its container would be: as the proxy's user, with the arguments that the
 * kubelet has expanded.
 */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BootstrapInput } from "../../../src/envoy/bootstrap-input.ts";
import { createBootstrap } from "../../../src/envoy/create-bootstrap.ts";
import { proxyGid, proxyUid } from "../../../src/envoy/ports.ts";
import type { ProxyProcess } from "../../../src/envoy/proxy-arguments.ts";
import { createProxyArguments } from "../../../src/envoy/proxy-arguments.ts";
import type { InterceptionMode } from "../../../src/iptables/capture-plan.ts";
import { expand } from "../../unit/envoy/kubelet-expansion.ts";
import { podEnvironment } from "../../unit/envoy/sample-input.ts";
import type { Namespace } from "../iptables/namespace.ts";
import { envoyBinary } from "./envoy-binary.ts";

export interface EnvoyProcess {
  /** What it wrote to standard error so far: its log of itself. */
  readonly log: () => string;
  /** The access log so far. */
  readonly accessLog: () => readonly Readonly<Record<string, unknown>>[];
  /** Whether it still runs. */
  readonly isRunning: () => boolean;
  /** Resident memory in KiB, and the part of it that is no file's. */
  readonly memory: () => { readonly rss: number; readonly anonymous: number };
  /** CPU time so far, in seconds. */
  readonly cpuSeconds: () => number;
  readonly stop: () => Promise<void>;
}

/** The security context that the injector gives the proxy: the proxy's own user, or root of one capability. */
function asProxy(mode: InterceptionMode): readonly string[] {
  const [uid, kept] = mode === "tproxy" ? [0, "-all,+net_admin"] : [proxyUid, "-all"];
  const user = [`--reuid=${uid}`, `--regid=${proxyGid}`, "--clear-groups", "--no-new-privs"];
  return ["setpriv", ...user, `--bounding-set=${kept}`, `--inh-caps=${kept}`];
}

/** The binary lies in a home folder, where the proxy's user may not go: shows it elsewhere, to this process only. */
function visibly(binary: string, place: string): readonly string[] {
  const script = 'mount --bind "$0" "$1"; shift; exec "$@"';
  return ["unshare", "--mount", "sh", "-c", script, binary, place];
}

function figure(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
}

/** Fields 14 and 15 of proc(5)'s `stat`, in hundredths of a second, counted from behind the name. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Starts it; it may not be ready yet. */
export function startEnvoy(
  pod: Namespace,
  input: BootstrapInput,
  proxy: Partial<ProxyProcess> = {},
  environment: Readonly<Record<string, string>> = podEnvironment,
): EnvoyProcess {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-envoy-"));
  const place = join(folder, "envoy");
  writeFileSync(place, "", { mode: 0o755 });
  const settings = { logLevel: { overall: "warning", components: "" }, concurrency: 1, drainSeconds: 5, ...proxy };
  const args = createProxyArguments(createBootstrap(input), settings).map((argument) => expand(argument, environment));
  const child = pod.start(...visibly(envoyBinary(), place), ...asProxy(input.interceptionMode), place, ...args);
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on("data", (part: Buffer) => out.push(part.toString()));
  child.stderr.on("data", (part: Buffer) => err.push(part.toString()));
  const pid = child.pid ?? 0;
  return {
    log: () => err.join(""),
    accessLog: () =>
      out
        .join("")
        .split("\n")
        .filter((line) => line.startsWith("{") && line.endsWith("}"))
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    memory: () => ({ rss: figure(pid, "VmRSS"), anonymous: figure(pid, "RssAnon") }),
    cpuSeconds: () => cpuSeconds(pid),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      rmSync(folder, { recursive: true });
    },
  };
}
