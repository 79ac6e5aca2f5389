/**
 * Namespaces of one scenario: a name nobody else has, and gone afterwards.
 */
import { randomBytes } from "node:crypto";
import { kubernetesClient } from "./kubernetes-client.ts";

export interface TestNamespaces {
  /** Creates a namespace with these labels and annotations, and resolves to its name. */
  create(options?: NamespaceOptions): Promise<string>;
  /** A name that no other scenario uses, for a namespace that the scenario creates by itself; deleted like the others. */
  reserve(): string;
  /** Deletes them all without waiting: the API server does it on its own time. */
  deleteAll(): Promise<void>;
}

export interface NamespaceOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Of a namespace whose pods get sidecars. */
export const injectionEnabled: NamespaceOptions = { labels: { "outrigger.dev/injection": "enabled" } };

/** What pods of a namespace run as unless they say otherwise. */
export const serviceAccount = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } };

/** `prefix` is a scenario's name in a form fit for a namespace. */
export function createTestNamespaces(prefix: string): TestNamespaces {
  const names: string[] = [];
  const reserve = (): string => {
    const name = `${prefix.slice(0, 40)}-${randomBytes(3).toString("hex")}`;
    names.push(name);
    return name;
  };
  return {
    reserve,
    create: async (options = {}) => {
      const name = reserve();
      await createNamespace(name, options);
      return name;
    },
    deleteAll: async () => {
      const client = await kubernetesClient();
      await Promise.all(names.map(async (name) => client.request("DELETE", `/api/v1/namespaces/${name}`)));
    },
  };
}

/** Ready for pods at once. */
async function createNamespace(name: string, { labels = {}, annotations = {} }: NamespaceOptions): Promise<void> {
  const client = await kubernetesClient();
  const metadata = { name, labels, annotations };
  await client.ok("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata });
  // Without it no pod is admitted. The controllers make it too, in their own time: whoever is second gets a conflict.
  const { status, text } = await client.request("POST", `/api/v1/namespaces/${name}/serviceaccounts`, serviceAccount);
  if (status !== 201 && status !== 409) throw new Error(`service account of namespace ${name}: ${status} ${text}`);
}
