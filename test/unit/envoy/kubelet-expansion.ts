/**
 * What the kubelet does to the arguments of a container, written after Kubernetes'
 * `third_party/forked/golang/expansion/expand.go`: the judge of our escaping.
 */

interface Read {
  readonly text: string;
  /** Characters taken after the dollar sign. */
  readonly length: number;
}

function readReference(rest: string, environment: Readonly<Record<string, string>>): Read {
  if (rest.startsWith("$")) return { text: "$", length: 1 };
  if (!rest.startsWith("(")) return { text: `$${rest.slice(0, 1)}`, length: 1 };
  const close = rest.indexOf(")");
  if (close < 0) return { text: "$(", length: 1 };
  const name = rest.slice(1, close);
  // An unknown variable's reference stays as it is.
  return { text: environment[name] ?? `$(${name})`, length: close + 1 };
}

/** The text with its references replaced. */
export function expand(text: string, environment: Readonly<Record<string, string>>): string {
  let expanded = "";
  let position = 0;
  while (position < text.length) {
    if (text[position] !== "$" || position + 1 === text.length) {
      expanded += text[position++] ?? "";
      continue;
    }
    const read = readReference(text.slice(position + 1), environment);
    expanded += read.text;
    position += 1 + read.length;
  }
  return expanded;
}
