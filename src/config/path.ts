/**
 * Paths into a document, as problems name them: `injection.neverInject[0].matchLabels["app.kubernetes.io/name"]`.
 */

/** The path of a member: its key in an object, or its index in an array. The root's own path is empty. */
export function memberPath(parent: string, key: string | number): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent === "" ? key : `${parent}.${key}`;
}
