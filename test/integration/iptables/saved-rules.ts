/**
 * What the kernel holds, as the tools print it.
 */
import type { Namespace } from "./namespace.ts";

export type Backend = "nft" | "legacy";

export interface SavedRules {
  readonly v4: readonly string[];
  readonly v6: readonly string[];
}

/** Rules and chains, each line after its table's name; without the kernel's own chains, which come with any table. */
function save(pod: Namespace, command: string): readonly string[] {
  let table = "";
  return pod
    .run(command)
    .split("\n")
    .flatMap((line) => {
      if (line.startsWith("*")) table = line.slice(1);
      return /^(?:-A |:\S+ - )/.test(line) ? [`${table} ${line}`] : [];
    });
}

/** All rules of both families. */
export function savedRules(pod: Namespace, backend: Backend): SavedRules {
  return { v4: save(pod, `iptables-${backend}-save`), v6: save(pod, `ip6tables-${backend}-save`) };
}

/** Those lines that the pattern matches. */
export function only({ v4, v6 }: SavedRules, pattern: RegExp): SavedRules {
  return { v4: v4.filter((line) => pattern.test(line)), v6: v6.filter((line) => pattern.test(line)) };
}
