/**
 * An application that can be replaced without anybody noticing, as its owner would write it: it goes on serving for a few
 * seconds after it was told to stop, in which everybody learns to ask another.
 */
import { applicationDeployment, applicationService } from "./application.ts";

/** A Deployment and its Service. */
export function steadyApplication(name: string): readonly object[] {
  const container = { lifecycle: { preStop: { sleep: { seconds: 4 } } } };
  const spec = { terminationGracePeriodSeconds: 30 };
  return [applicationService(name), applicationDeployment(name, { container, spec })];
}
