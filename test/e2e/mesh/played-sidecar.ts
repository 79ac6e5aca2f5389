/**
 * A client of the control plane that says what a test tells it to, by way of a forwarded port.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parse } from "yaml";
import { currentCluster } from "../cluster.ts";
import { kubectlJson, kubectlOk, kubectlPath } from "../kubectl.ts";
import { systemNamespace } from "../node/injector-deployment.ts";
import { runningPod } from "../node/running-pods.ts";
import { DiscoveryClient } from "../../unit/control-plane/ads/discovery-client.ts";
import type { ScenarioContext } from "../scenario.ts";

/** Who tokens for the control plane are made for. */
export const controlPlaneAudience = "outrigger-control-plane";

async function forwardedPort(context: ScenarioContext): Promise<number> {
  const { kubeconfig } = currentCluster();
  const forward = ["port-forward", "service/outrigger-control-plane", ":15012"];
  const args = ["--kubeconfig", kubeconfig, "-n", systemNamespace, ...forward];
  const forwarding = spawn(kubectlPath(), args, { stdio: ["ignore", "pipe", "inherit"] });
  context.cleanUp(() => forwarding.kill());
  for await (const line of createInterface({ input: forwarding.stdout })) {
    const found = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (found !== undefined) return Number(found);
  }
  throw new Error("kubectl port-forward has ended");
}

/** An SDS file with one validation context. */
interface TrustFile {
  readonly resources: readonly [
    { readonly validation_context: { readonly trusted_ca: { readonly inline_string: string } } },
  ];
}

/** The roots as every pod of a namespace has them. */
async function rootsOf(namespace: string): Promise<string> {
  const { data } = await kubectlJson<{ readonly data: Readonly<Record<string, string>> }>([
    "-n",
    namespace,
    "get",
    "configmap",
    "outrigger-trust",
  ]);
  const [secret] = (parse(data["root.yaml"] ?? "") as TrustFile).resources;
  return secret.validation_context.trusted_ca.inline_string;
}

/** Connected until the scenario ends; it trusts what the pods of this namespace trust. */
export async function discoveryClient(context: ScenarioContext, namespace: string): Promise<DiscoveryClient> {
  const [port, roots] = await Promise.all([forwardedPort(context), rootsOf(namespace)]);
  const client = new DiscoveryClient(port, roots, `outrigger-control-plane.${systemNamespace}.svc`);
  context.cleanUp(() => {
    client.close();
  });
  return client;
}

export interface TokenRequest {
  /** Of the service account `default`, bound to this pod; undefined: to none. */
  readonly pod?: string;
  /** The API server's own audience, unless given. */
  readonly audience?: string;
}

/** A service-account token by the API server. */
export async function createToken(namespace: string, { pod, audience }: TokenRequest): Promise<string> {
  const bound = async (name: string): Promise<readonly string[]> => {
    const { uid } = (await runningPod(namespace, name)).metadata;
    return ["--bound-object-kind", "Pod", "--bound-object-name", name, "--bound-object-uid", uid];
  };
  const args = ["-n", namespace, "create", "token", "default", ...(pod === undefined ? [] : await bound(pod))];
  return (await kubectlOk([...args, ...(audience === undefined ? [] : ["--audience", audience])])).trim();
}
