/**
 * An application that can be replaced without anybody noticing, as its owner would write it: it goes on serving for a few
 * seconds after it was told to stop, in which everybody learns to ask another.
 */
import { applicationDeployment, applicationPorts, applicationService } from "./application.ts";

/**
 * Of a container: ready as soon as it listens, and from then on. A machine that is short of CPU must not take an application
 * out of its Service in a scenario that is about something else.
 */
export const steadyReadiness = {
  readinessProbe: { tcpSocket: { port: applicationPorts.http }, periodSeconds: 1, failureThreshold: 60 },
} as const;

/** A Deployment and its Service. */
export function steadyApplication(name: string): readonly object[] {
  const container = { ...steadyReadiness, lifecycle: { preStop: { sleep: { seconds: 4 } } } };
  const spec = { terminationGracePeriodSeconds: 30 };
  return [applicationService(name), applicationDeployment(name, { container, spec })];
}
