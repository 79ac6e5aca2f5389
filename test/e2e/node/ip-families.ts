/**
 * Whether the cluster has two IP families: only then can a scenario show the second one.
 */
import { kubectl } from "../kubectl.ts";
import { applicationService } from "./application.ts";
import type { RunningPod } from "./running-pods.ts";

/** Why this cluster cannot show IPv6; undefined where it can. */
export async function whyNoIpv6(): Promise<string | undefined> {
  const input = applicationService("two-families", { ipFamilyPolicy: "RequireDualStack" });
  const { code } = await kubectl(["-n", "default", "create", "--dry-run=server", "-f", "-"], { input });
  return code === 0 ? undefined : "the cluster's Services have one IP family only";
}

/** The pod's own, as it stands in a URL and without the brackets. */
export function ipv6Of({ status }: RunningPod): string {
  const found = status.podIPs.find(({ ip }) => ip.includes(":"));
  if (found === undefined) throw new Error(`the pod has no IPv6 address, but ${JSON.stringify(status.podIPs)}`);
  return found.ip;
}
