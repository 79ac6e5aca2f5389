/**
 * The mesh of a control plane: objects go in, Envoy's resources come out, and every change of the one becomes a change of
 * the other.
 */
import { createChangeListeners } from "../control-plane/identity/change-listeners.ts";
import type { MeshTlsVerdict } from "../control-plane/kubernetes/mesh-tls-condition.ts";
import { createMeshTlsLedger } from "../control-plane/kubernetes/mesh-tls-ledger.ts";
import type { ObjectChange } from "../control-plane/model/cluster-object.ts";
import type { MeshModel } from "../control-plane/model/mesh-model.ts";
import { createMeshModel } from "../control-plane/model/mesh-model.ts";
import type { MeshSettings } from "../control-plane/model/mesh-state.ts";
import type { ObjectProblems } from "../control-plane/model/problem-book.ts";
import type { NamespacedName } from "../control-plane/model/workload.ts";
import type { WorkloadIssuer } from "../control-plane/identity/workload-issuer.ts";
import type { MeshResources } from "../control-plane/xds/resource-source.ts";
import { createResourceSource } from "../control-plane/xds/resource-source.ts";
import type { TranslationSettings } from "../control-plane/xds/translation-settings.ts";
import type { Log } from "../observability/logger.ts";
import { formatProblem } from "../problem.ts";

export interface MeshOfObjects {
  readonly model: MeshModel;
  readonly resources: MeshResources;
  /** Takes in what a source of objects hands on. */
  readonly take: (changes: readonly ObjectChange[]) => void;
  /** What is to be said of a MeshTLS object; undefined for one that the mesh does not know, or that has no generation. */
  readonly meshTlsVerdict: (key: NamespacedName) => MeshTlsVerdict | undefined;
  /** Calls back when {@link meshTlsVerdict} may have changed; returns how to stop. */
  readonly onMeshTls: (listener: () => void) => () => void;
}

export interface MeshOfObjectsOptions {
  readonly settings: MeshSettings;
  readonly translation: TranslationSettings;
  readonly issuer: Pick<WorkloadIssuer, "certificate" | "trustBundle" | "subscribe">;
  readonly log: Log;
}

/** An empty mesh. */
export function createMeshOfObjects({ settings, translation, issuer, log }: MeshOfObjectsOptions): MeshOfObjects {
  const ledger = createMeshTlsLedger();
  const verdicts = createChangeListeners<undefined>();
  const model = createMeshModel({
    ...settings,
    onProblems: (found) => {
      logProblems(log, found);
      if (found.object.kind === "meshTls") verdicts.tell(undefined);
    },
  });
  const resources = createResourceSource({ mesh: model, secrets: issuer, settings: translation });
  issuer.subscribe(({ identities, trust }) => {
    resources.secretsChanged(trust ? "all" : identities);
  });
  return {
    model,
    resources,
    take: (changes) => {
      resources.meshChanged(model.apply(changes));
      if (ledger.take(changes)) verdicts.tell(undefined);
    },
    meshTlsVerdict: (key) => {
      const known = ledger.get(key);
      return known && { ...known, problems: model.problemsOf({ kind: "meshTls", key }) };
    },
    onMeshTls: verdicts.add,
  };
}

function logProblems(log: Log, { object: { kind, key }, problems }: ObjectProblems): void {
  if (problems.length === 0) log.info({ kind, key }, "object has no problems any more");
  else log.warn({ kind, key, problems: problems.map(formatProblem) }, "object has problems");
}
