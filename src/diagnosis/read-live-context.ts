/**
 * Reads what the commands that judge live pods cannot do without, and says plainly what is missing.
 */
import { OutriggerError } from "../errors.ts";
import type { InjectionContext } from "../injection/outcome.ts";
import { meshConfigMap, systemNamespace } from "../installation/names.ts";
import { isNotFound } from "../kubernetes/api.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { formatProblem } from "../problem.ts";
import { version as ownVersion } from "../version.ts";
import { attempt, valueOf } from "./attempt.ts";
import type { ConfigMap } from "./live-context.ts";
import { liveContext, readMeshConfig } from "./live-context.ts";
import { deployedVersion, readConfigMap, readDeployment, readInjectorPods, readServerVersion } from "./read-cluster.ts";

async function requireConfigMap(api: KubernetesApi): Promise<ConfigMap> {
  try {
    return await readConfigMap(api);
  } catch (cause) {
    if (!isNotFound(cause)) throw cause;
    const detail = `there is no ConfigMap ${systemNamespace}/${meshConfigMap}`;
    throw new OutriggerError("OUTRIGGER_NOT_INSTALLED", detail, { cause });
  }
}

/**
 * The context that the webhook decides by.
 *
 * @throws OutriggerError where Outrigger is not installed, or its mesh config is not valid; ApiError for refusals
 */
export async function readLiveContext(api: KubernetesApi): Promise<InjectionContext> {
  const config = readMeshConfig(await requireConfigMap(api));
  if (!config.ok) {
    const problems = config.problems.map(formatProblem).join("\n");
    throw new OutriggerError("OUTRIGGER_CONFIG_INVALID", `ConfigMap ${systemNamespace}/${meshConfigMap}\n${problems}`);
  }
  const [server, deployment, injectors] = await Promise.all([
    readServerVersion(api),
    attempt(() => readDeployment(api)),
    attempt(() => readInjectorPods(api)),
  ]);
  const version = deployedVersion(valueOf(deployment)) ?? ownVersion;
  return liveContext({ config: config.value, server, injectors: valueOf(injectors) ?? [], version });
}
