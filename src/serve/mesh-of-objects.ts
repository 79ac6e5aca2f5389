/**
 * The mesh of a control plane: objects go in, Envoy's resources come out, and every change of the one becomes a change of
 * the other.
 */
import type { ObjectChange } from "../control-plane/model/cluster-object.ts";
import type { MeshModel } from "../control-plane/model/mesh-model.ts";
import { createMeshModel } from "../control-plane/model/mesh-model.ts";
import type { MeshSettings } from "../control-plane/model/mesh-state.ts";
import type { ObjectProblems } from "../control-plane/model/problem-book.ts";
import type { WorkloadIssuer } from "../control-plane/identity/workload-issuer.ts";
import type { MeshResources } from "../control-plane/xds/resource-source.ts";
import { createResourceSource } from "../control-plane/xds/resource-source.ts";
import { defaultTranslationSettings } from "../control-plane/xds/translation-settings.ts";
import type { Log } from "../observability/logger.ts";
import { formatProblem } from "../problem.ts";

export interface MeshOfObjects {
  readonly model: MeshModel;
  readonly resources: MeshResources;
  /** Takes in what a source of objects hands on. */
  readonly take: (changes: readonly ObjectChange[]) => void;
}

export interface MeshOfObjectsOptions {
  readonly settings: MeshSettings;
  readonly issuer: Pick<WorkloadIssuer, "certificate" | "trustBundle" | "subscribe">;
  readonly log: Log;
}

/** An empty mesh. */
export function createMeshOfObjects({ settings, issuer, log }: MeshOfObjectsOptions): MeshOfObjects {
  const model = createMeshModel({
    ...settings,
    onProblems: (found) => {
      logProblems(log, found);
    },
  });
  const resources = createResourceSource({ mesh: model, secrets: issuer, settings: defaultTranslationSettings });
  issuer.subscribe(({ identities, trust }) => {
    resources.secretsChanged(trust ? "all" : identities);
  });
  return {
    model,
    resources,
    take: (changes) => {
      resources.meshChanged(model.apply(changes));
    },
  };
}

function logProblems(log: Log, { object: { kind, key }, problems }: ObjectProblems): void {
  if (problems.length === 0) log.info({ kind, key }, "object has no problems any more");
  else log.warn({ kind, key, problems: problems.map(formatProblem) }, "object has problems");
}
