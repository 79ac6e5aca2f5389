/**
 * Namespaces of one scenario: a name nobody else has, and gone afterwards.
 */
import { randomBytes } from "node:crypto";
import { kubectl, kubectlOk } from "./kubectl.ts";

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
  /** Wait for the default service account, without which no pod can be created: true unless said otherwise. */
  readonly ready?: boolean;
}

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
      if (names.length > 0) await kubectl(["delete", "namespace", "--ignore-not-found", "--wait=false", ...names]);
    },
  };
}

async function createNamespace(name: string, options: NamespaceOptions): Promise<void> {
  const metadata = { name, labels: options.labels ?? {}, annotations: options.annotations ?? {} };
  await kubectlOk(["create", "-f", "-"], { input: { apiVersion: "v1", kind: "Namespace", metadata } });
  if (options.ready ?? true) await serviceAccountExists(name);
}

/** The controllers make it; a pod created before is refused. */
async function serviceAccountExists(namespace: string): Promise<void> {
  await kubectlOk(["-n", namespace, "wait", "--for=create", "serviceaccount/default", "--timeout=60s"]);
}
