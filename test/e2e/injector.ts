/**
 * The injector as its Deployment would run it: replicas behind a Service, replaced one by one in a rollout.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../eventually.ts";
import { injectorArguments, installOutrigger, removeWebhookConfiguration, shippedMeshConfig } from "./install.ts";
import { kubectlOk } from "./kubectl.ts";
import { startLoadBalancer } from "./load-balancer.ts";
import type { LoadBalancer } from "./load-balancer.ts";
import { runDirectory } from "./process-record.ts";
import { serviceAccountKubeconfig } from "./service-account-kubeconfig.ts";
import { startWebhookProcess } from "./webhook-process.ts";
import type { WebhookProcess } from "./webhook-process.ts";

export interface Injector {
  /** The replicas that run now, oldest first. */
  replicas(): readonly WebhookProcess[];
  /** Replaces every replica, one after another: the new one gets traffic before the old one is told to stop. */
  roll(): Promise<void>;
  /** Applies the manifests again, with this injector's address: what a scenario changed is as it was. */
  reapply(): Promise<void>;
  /** Writes another mesh config, which running replicas reload by themselves. */
  writeMeshConfig(text: string): Promise<void>;
  /** The logs of all replicas, those that are gone included. */
  logs(): string;
  /** Stops everything and removes the webhook configuration, so that pods can be created again without it. */
  stop(): Promise<void>;
}

export interface InjectorOptions {
  readonly replicas?: number;
  /** Text of a mesh config instead of the shipped one. */
  readonly meshConfig?: string;
}

const namespace = "outrigger-system";
/** The address under which the API server reaches this machine: loopback unless it runs elsewhere. */
const host = process.env["OUTRIGGER_E2E_HOST"] ?? "127.0.0.1";
let started = 0;

/** Applies the manifests, starts the replicas, and resolves when pods in labelled namespaces are injected. */
export async function startInjector(options: InjectorOptions = {}): Promise<Injector> {
  const loadBalancer = await startLoadBalancer({ host });
  const address = { host, port: loadBalancer.port };
  await installOutrigger(address);
  const configFile = await writeConfig(options.meshConfig ?? (await shippedMeshConfig()));
  const kubeconfig = await serviceAccountKubeconfig(namespace, "outrigger-injector");
  const args = await injectorArguments();
  const all: WebhookProcess[] = [];
  let running: WebhookProcess[] = [];

  const addReplica = async (): Promise<void> => {
    const name = `outrigger-injector-${process.pid}-${(started += 1)}`;
    const replica = await startWebhookProcess({ name, kubeconfig, namespace, args, configFile });
    all.push(replica);
    running.push(replica);
    loadBalancer.add(replica);
  };
  const removeReplica = async (replica: WebhookProcess): Promise<void> => {
    running = running.filter((other) => other !== replica);
    await replica.stop();
    loadBalancer.remove(replica);
  };

  for (let count = options.replicas ?? 2; count > 0; count -= 1) await addReplica();
  await allServe(running, loadBalancer);
  return {
    replicas: () => running,
    roll: async () => {
      for (const old of running) {
        await addReplica();
        await allServe(running, loadBalancer);
        await removeReplica(old);
      }
    },
    reapply: async () => installOutrigger(address),
    writeMeshConfig: async (text) => {
      await writeConfig(text, configFile);
    },
    logs: () => all.map((replica) => `--- ${replica.name}\n${replica.log()}`).join("\n"),
    stop: async () => {
      await removeWebhookConfiguration();
      // Nobody calls them any more; how they end in order is a matter of scenarios.
      await Promise.all(running.map(async (replica) => replica.kill()));
      // The killed could not give it up, and those that come next would wait until it has run out.
      await kubectlOk(["-n", namespace, "delete", "lease", "outrigger-injector", "--ignore-not-found"]);
      await loadBalancer.close();
    },
  };
}

async function allServe(replicas: readonly WebhookProcess[], loadBalancer: LoadBalancer): Promise<void> {
  for (const replica of replicas) await replica.waitUntilReady();
  await eventually("the load balancer knows every replica", () => loadBalancer.readyBackends() >= replicas.length);
}

async function writeConfig(text: string, file = join(runDirectory(), `config-${process.pid}.yaml`)): Promise<string> {
  await mkdir(runDirectory(), { recursive: true });
  await writeFile(file, text);
  return file;
}
