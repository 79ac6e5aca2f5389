/**
 * What the test's application is told to be: well, sick or slow.
 */

export interface ApplicationState {
  /** Status of `/health`, whether the gRPC service serves, and how long `/health` takes. */
  status: number;
  serving: boolean;
  delayMs: number;
}

/** Shared by the servers of one process. */
export const state: ApplicationState = { status: 200, serving: true, delayMs: 0 };
