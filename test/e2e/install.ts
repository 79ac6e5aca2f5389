/**
 * The project's manifests on a cluster whose webhook runs outside of it, as processes beside the tests.
 *
 * Two fields differ from what a user applies: the Service leads to the tests' load balancer (an ExternalName, which the
 * API server dials itself where it calls a webhook), and the webhook entries name its port. Names, TLS server name,
 * caBundle and RBAC are the shipped ones.
 */
import { readFile } from "node:fs/promises";
import { parseAllDocuments } from "yaml";
import { kubectl, kubectlOk } from "./kubectl.ts";

export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface WebhookConfiguration extends ManifestObject {
  readonly webhooks: readonly { readonly clientConfig: { readonly service: object } }[];
}

interface InjectorDeployment extends ManifestObject {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } };
  };
}

interface ConfigMap extends ManifestObject {
  readonly data: Readonly<Record<string, string>>;
}

/** By which the API server calls the injector. */
const configurationKinds: readonly string[] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/** Path of the one rendered file that users apply. */
export const installYaml = new URL("../../manifests/install.yaml", import.meta.url).pathname;

/** Its objects, as shipped. */
export async function shippedObjects(): Promise<readonly ManifestObject[]> {
  const documents = parseAllDocuments(await readFile(installYaml, "utf8"));
  return documents.map((document) => document.toJS() as ManifestObject | null).filter((object) => object !== null);
}

/** Where the API server reaches this machine. */
export interface WebhookAddress {
  readonly host: string;
  readonly port: number;
}

/** Applies the manifests, with the webhook at `address`. Applying again repairs what a scenario has changed. */
export async function installOutrigger(address: WebhookAddress): Promise<void> {
  const items = (await shippedObjects()).map((object) => localise(object, address));
  await applyServerSide({ apiVersion: "v1", kind: "List", items });
}

/** Pods can be created again without the injector; the rest of the manifests does no harm and stays. */
export async function removeWebhookConfiguration(): Promise<void> {
  for (const kind of configurationKinds.map((name) => name.toLowerCase())) {
    // Else an injector that still runs makes it anew. Fails where there is none.
    await kubectl(["annotate", "--overwrite", kind, "outrigger-injector", "outrigger.dev/self-heal=false"]);
    await kubectlOk(["delete", kind, "outrigger-injector", "--ignore-not-found"]);
  }
}

/** `kubectl apply --server-side`, taking over fields that another scenario's client holds. */
export async function applyServerSide(input: string | object): Promise<string> {
  return kubectlOk(["apply", "--server-side", "--force-conflicts", "-f", "-"], { input });
}

/** The arguments of the Deployment's container. */
export async function injectorArguments(): Promise<readonly string[]> {
  const deployment = (await findObject("Deployment", "outrigger-injector")) as InjectorDeployment;
  return deployment.spec.template.spec.containers[0]?.args ?? [];
}

/** The mesh config that the manifests come with, as text. */
export async function shippedMeshConfig(): Promise<string> {
  const configMap = (await findObject("ConfigMap", "outrigger-config")) as ConfigMap;
  return configMap.data["config.yaml"] ?? "";
}

async function findObject(kind: string, namePrefix: string): Promise<ManifestObject> {
  const objects = await shippedObjects();
  const found = objects.find((object) => object.kind === kind && object.metadata.name.startsWith(namePrefix));
  if (found === undefined) throw new Error(`manifests/install.yaml has no ${kind} ${namePrefix}`);
  return found;
}

function localise(object: ManifestObject, { host, port }: WebhookAddress): ManifestObject {
  if (object.kind === "Service" && object.metadata.name === "outrigger-injector") {
    return { ...object, spec: { type: "ExternalName", externalName: host } } as ManifestObject;
  }
  if (configurationKinds.includes(object.kind)) {
    const { webhooks } = object as WebhookConfiguration;
    return { ...object, webhooks: webhooks.map((webhook) => withPort(webhook, port)) } as ManifestObject;
  }
  return object;
}

function withPort(webhook: WebhookConfiguration["webhooks"][number], port: number): object {
  const { clientConfig } = webhook;
  return { ...webhook, clientConfig: { ...clientConfig, service: { ...clientConfig.service, port } } };
}
