/**
 * Whether the kernel will start a container of ours: long lists and many probes end up in one argument or one
 * environment variable, and a pod that is admitted with too long a one never runs.
 */
import type { Container } from "../kubernetes/pod.ts";
import type { Problem } from "../problem.ts";

/** Bytes of one argument, or of one variable with its name, with the zero at its end. Source: execve(2), MAX_ARG_STRLEN. */
const longest = 131_072;

/** What the references to the pod's name, address and so on may grow by when the kubelet puts them in. */
const reserve = 4096;

/** A UTF-16 unit is at most three bytes of UTF-8: nearly every text is short enough at first sight. */
function tooLong(text: string): boolean {
  return text.length * 3 > longest - reserve && Buffer.byteLength(text) > longest - reserve;
}

/** Every argument and variable of the container that Linux would refuse. */
export function checkArgumentSizes({ name, args = [], env = [] }: Container): readonly Problem[] {
  const long = [
    ...args.flatMap((text, index) => (tooLong(text) ? [`args[${index}]`] : [])),
    ...env.flatMap((variable) => (tooLong(variable.value ?? "") ? [`env ${variable.name}`] : [])),
  ];
  return long.map((where) => ({
    path: `container ${name} ${where}`,
    message: `it would be longer than the ${longest} bytes that Linux allows, and the pod would never start`,
    hint: "shorten the lists of the outrigger.dev/ annotations, or have fewer probes",
  }));
}
