/**
 * The one rule between two resource settings: Kubernetes refuses a container whose request is above its limit.
 */
import { parseQuantity } from "../../kubernetes/quantity.ts";

/** Whether the request is above the limit; the empty text is none, which is above nothing and below nothing. */
export function exceedsLimit(request: string, limit: string): boolean {
  const [requested, limited] = [parseQuantity(request), parseQuantity(limit)];
  return requested !== undefined && limited !== undefined && requested > limited;
}
