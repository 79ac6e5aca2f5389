/** What types of resources are called in metrics, in the log and by people: `cluster` for its type URL. */
import type { TypeUrl } from "./resource-source.ts";
import { typeUrls } from "./resource-source.ts";

const names = new Map<TypeUrl, string>(Object.entries(typeUrls).map(([name, url]) => [url, name]));

export function nameOf(type: TypeUrl): string {
  return names.get(type) ?? type;
}
