/** How connections are shared out, in words, for the command line and tests. */
import { describeShares } from "../routes/describe-rule.ts";
import type { TcpSplit } from "./tcp-split.ts";

const refused = "refused";

/** `90% shop/db-blue:5432, 10% refused`. */
export function describeSplit({ backends }: TcpSplit): string {
  const used = backends.filter(({ weight }) => weight > 0);
  const shares = used.map(({ name, weight, target }) => ({ name: target === undefined ? refused : name, weight }));
  return describeShares(shares, refused);
}
