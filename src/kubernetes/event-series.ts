/**
 * Repetitions of one Event, and how they are written: the first as an Event of its own, the others as a count on it.
 */
import { microTime } from "./micro-time.ts";

/** The object an Event is about: `core/v1` ObjectReference. */
export interface EventTarget {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for what is in no namespace. */
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

export interface RecordedEvent {
  /** What was done or not done, where it is not what the reporter usually does; CamelCase. */
  readonly action?: string;
  readonly type: "Normal" | "Warning";
  /** CamelCase, e.g. `Injected`. */
  readonly reason: string;
  /** For people; at most 1 KiB. */
  readonly message: string;
  readonly target: EventTarget;
}

/** Who reports. */
export interface EventReporter {
  /** e.g. `outrigger.dev/webhook`. */
  readonly controller: string;
  /** e.g. the pod's name. */
  readonly instance: string;
  /** What is done or not done, e.g. `Inject`. */
  readonly action: string;
}

/** Where Events about what is in no namespace are kept. Source: k8s.io/kubernetes/pkg/apis/core/validation/events.go. */
const namespaceOfClusterScoped = "default";

export class EventSeries {
  readonly event: RecordedEvent;
  /** The Event's name in the API; a target's name would not always be a valid part of it. */
  readonly name = `outrigger.${crypto.randomUUID()}`;
  readonly firstAt: number;
  lastAt: number;
  count = 1;
  /** How many of them the API server knows of. */
  reported = 0;
  /** Whether it waits to be sent, or for the time to be. */
  pending = false;
  attempts = 0;

  constructor(event: RecordedEvent, now: number) {
    this.event = event;
    this.firstAt = now;
    this.lastAt = now;
  }

  /** The namespace that the Event is kept in. */
  get namespace(): string {
    return this.event.target.namespace ?? namespaceOfClusterScoped;
  }

  repeat(now: number): void {
    this.count += 1;
    this.lastAt = now;
  }
}

/** Events with the same key are repetitions of each other. */
export function eventKey({ type, reason, message, target }: RecordedEvent): string {
  return JSON.stringify([type, reason, message, target.namespace, target.kind, target.name, target.uid]);
}

/** An `events.k8s.io/v1` Event. */
export function eventObject(series: EventSeries, reporter: EventReporter): object {
  const { type, reason, message, target } = series.event;
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: series.name, namespace: series.namespace },
    eventTime: microTime(series.firstAt),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance,
    action: series.event.action ?? reporter.action,
    type,
    reason,
    note: message,
    regarding: target,
    ...(series.count > 1 && seriesPatch(series)),
  };
}

/** The merge patch that brings an Event's count up to date. The API allows a series from two on. */
export function seriesPatch({ count, lastAt }: EventSeries): object {
  return { series: { count, lastObservedTime: microTime(lastAt) } };
}
