/**
 * The mesh of a control plane: objects go in, Envoy's resources come out, and every change of the one becomes a change of
 * the other.
 */
import { createChangeListeners } from "../control-plane/identity/change-listeners.ts";
import { dueStatus } from "../control-plane/kubernetes/status/due-status.ts";
import { reportedKinds } from "../control-plane/kubernetes/status/reported-kinds.ts";
import { policyVerdict } from "../control-plane/kubernetes/status/policy-status.ts";
import { routeVerdict } from "../control-plane/kubernetes/status/route-status.ts";
import type { KnownObject } from "../control-plane/kubernetes/status/status-ledger.ts";
import { createStatusLedger } from "../control-plane/kubernetes/status/status-ledger.ts";
import type { DueStatus } from "../control-plane/kubernetes/status/status-reporter.ts";
import type { ObjectChange, ObjectReference } from "../control-plane/model/cluster-object.ts";
import { routeKey } from "../control-plane/model/routes/route-key.ts";
import type { GradualChange, MeshModel } from "../control-plane/model/mesh-model.ts";
import { createMeshModel } from "../control-plane/model/mesh-model.ts";
import type { MeshSettings } from "../control-plane/model/mesh-state.ts";
import type { DepartedPod } from "../control-plane/model/departed-pods.ts";
import { departedPods } from "../control-plane/model/departed-pods.ts";
import type { ObjectProblems } from "../control-plane/model/problem-book.ts";
import type { NamespacedName } from "../control-plane/model/workload.ts";
import type { WorkloadIssuer } from "../control-plane/identity/workload-issuer.ts";
import type { MeshResources } from "../control-plane/xds/resource-source.ts";
import { createFaultRecorder } from "../control-plane/ads/fault-recorder.ts";
import { createResourceSource } from "../control-plane/xds/resource-source.ts";
import type { TranslationSettings } from "../control-plane/xds/translation-settings.ts";
import type { Clock } from "../clock.ts";
import type { DiscoveryMetrics } from "../observability/discovery-metrics.ts";
import type { Log } from "../observability/logger.ts";
import { formatProblem } from "../problem.ts";
import { createTlsStages, defaultStageMs } from "./tls-stages.ts";

export interface MeshOfObjects {
  readonly model: MeshModel;
  readonly resources: MeshResources;
  /** Takes in what a source of objects hands on. */
  readonly take: (changes: readonly ObjectChange[]) => void;
  /** From now on somebody may be connected, who must not be told of another MeshTLS mode too suddenly. */
  readonly serve: () => void;
  readonly stop: () => void;
  readonly statuses: MeshStatuses;
  /** Calls back with the pods that are gone; returns how to stop. */
  readonly onDeparture: (listener: (pods: readonly DepartedPod[]) => void) => () => void;
}

/** What is to be said to the writers of objects. */
export interface MeshStatuses {
  /** The status that an object should have; undefined for one that the mesh does not know, or that has no generation. */
  readonly due: (object: ObjectReference) => DueStatus | undefined;
  /** All objects that have one. */
  readonly objects: () => readonly ObjectReference[];
  /** Calls back when {@link due} of an object may have changed; returns how to stop. */
  readonly onChange: (listener: (object: ObjectReference) => void) => () => void;
}

export interface MeshOfObjectsOptions {
  readonly settings: MeshSettings;
  readonly translation: TranslationSettings;
  readonly issuer: Pick<WorkloadIssuer, "certificate" | "trustBundle" | "subscribe">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<DiscoveryMetrics, "faulty">;
  /** How long a stage on the way to another MeshTLS mode lasts, in ms. */
  readonly stageMs?: number;
}

/** An empty mesh. */
export function createMeshOfObjects(options: MeshOfObjectsOptions): MeshOfObjects {
  const { settings, translation, issuer, clock, log, metrics, stageMs = defaultStageMs } = options;
  const ledger = createStatusLedger();
  const verdicts = createChangeListeners<ObjectReference>();
  const departures = createChangeListeners<readonly DepartedPod[]>();
  const model = createMeshModel({
    ...settings,
    onProblems: (found) => {
      logProblems(log, found);
    },
    onVerdict: verdicts.tell,
  });
  const resources = createResourceSource({
    mesh: model,
    secrets: issuer,
    settings: translation,
    onFault: createFaultRecorder(log, metrics),
  });
  issuer.subscribe(({ identities, trust }) => {
    resources.secretsChanged(trust ? "all" : identities);
  });
  const stages = createTlsStages({
    clock,
    stageMs,
    proceed: (pods) => {
      tell(model.proceed(pods));
    },
  });
  let isServing = false;

  function tell({ change, underway }: GradualChange): void {
    resources.meshChanged(change);
    stages.begun(underway);
  }

  return {
    model,
    resources,
    take: (changes) => {
      const departed = departedPods(changes, (pod) => model.workload(pod));
      if (departed.length > 0) departures.tell(departed);
      if (isServing) tell(model.applyGradually(changes));
      else resources.meshChanged(model.apply(changes));
      for (const object of ledger.take(changes)) verdicts.tell(object);
    },
    statuses: {
      due: (object) => findDue(object, ledger.get(object), model),
      objects: () => ledger.objects(),
      onChange: verdicts.add,
    },
    onDeparture: departures.add,
    serve: () => {
      isServing = true;
    },
    stop: () => {
      stages.stop();
    },
  };
}

function findDue(object: ObjectReference, known: KnownObject | undefined, model: MeshModel): DueStatus | undefined {
  if (known === undefined) return undefined;
  const { kind, key } = object;
  const { generation, understood, told } = known;
  if (kind === "meshTls") {
    return dueStatus(reportedKinds.meshTls, { generation, understood, problems: model.problemsOf(object) }, told);
  }
  if (kind === "trafficPolicy") {
    const targets = model.trafficPolicyVerdict(key as NamespacedName);
    const [namespace = ""] = key.split("/");
    return targets && dueStatus(reportedKinds.trafficPolicy, policyVerdict(generation, namespace, targets), told);
  }
  if (kind === "tcpRoute") {
    const parents = model.tcpRouteVerdict(key as NamespacedName);
    return parents && dueStatus(reportedKinds.tcpRoute, routeVerdict(generation, parents), told);
  }
  if (kind !== "httpRoute" && kind !== "grpcRoute") return undefined;
  const route = routeKey(kind === "httpRoute" ? "HTTPRoute" : "GRPCRoute", key as NamespacedName);
  const parents = model.routeVerdict(route);
  return parents && dueStatus(reportedKinds[kind], routeVerdict(generation, parents), told);
}

function logProblems(log: Log, { object: { kind, key }, problems }: ObjectProblems): void {
  if (problems.length === 0) log.info({ kind, key }, "object has no problems any more");
  else log.warn({ kind, key, problems: problems.map(formatProblem) }, "object has problems");
}
