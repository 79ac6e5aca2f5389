/** The MeshTLS objects by namespace, in the order in which they apply, and which of them don't because of others. */
import type { MeshTlsRecord } from "./cluster-object.ts";
import type { AppliedTls, TlsPolicies } from "./tls-policies.ts";
import { applyTlsPolicies, namespaceWide, precedes } from "./tls-policies.ts";

const none: TlsPolicies = [];

export class PolicyIndex {
  readonly rootNamespace: string;
  readonly #byNamespace = new Map<string, TlsPolicies>();

  constructor(rootNamespace: string) {
    this.rootNamespace = rootNamespace;
  }

  of(namespace: string): TlsPolicies {
    return this.#byNamespace.get(namespace) ?? none;
  }

  /** Whether it is one for the whole mesh. */
  isMeshWide({ namespace, selector }: MeshTlsRecord): boolean {
    return namespace === this.rootNamespace && selector === undefined;
  }

  /** Replaces one object of a namespace; either may be absent. */
  replace(before: MeshTlsRecord | undefined, after: MeshTlsRecord | undefined): void {
    for (const namespace of new Set([before?.namespace, after?.namespace])) {
      if (namespace === undefined) continue;
      const others = this.of(namespace).filter((policy) => policy !== before);
      const policies = after?.namespace === namespace ? [...others, after].sort(precedes) : others;
      if (policies.length === 0) this.#byNamespace.delete(namespace);
      else this.#byNamespace.set(namespace, policies);
    }
  }

  find(namespace: string, name: string): MeshTlsRecord | undefined {
    return this.of(namespace).find((policy) => policy.name === name);
  }

  applied(namespace: string, labels: Readonly<Record<string, string>>): AppliedTls {
    return applyTlsPolicies(labels, { root: this.of(this.rootNamespace), own: this.of(namespace) });
  }

  /** The one for a whole namespace, and those that want to be it. */
  namespaceWide(namespace: string): { readonly applied: MeshTlsRecord | undefined; readonly overruled: TlsPolicies } {
    const [applied, ...overruled] = namespaceWide(this.of(namespace));
    return { applied, overruled };
  }
}
