/**
 * The Secret in which all replicas share their CAs. It alone says which CAs there are; no replica is special.
 *
 * Every step is one conditional write: a create that fails where the Secret exists, or an update that fails where it has
 * changed since it was read. Whoever loses reads again and finds the work done.
 */
import type { KubernetesApi, KubernetesObject } from "../kubernetes/api.ts";
import { isConflict, isNotFound } from "../kubernetes/api.ts";
import type { Authority, SecretData } from "./authority.ts";
import { readAuthorities, writeAuthorities } from "./authority.ts";
import type { CertificatePolicy } from "./certificate-policy.ts";
import type { Succession, SuccessionInput } from "./succession.ts";
import { planSuccession } from "./succession.ts";

/** Set on the Secret, with any value, it asks for a new CA; whoever makes that takes it off. */
export const rotateAnnotation = "outrigger.dev/rotate";

export interface SecretLocation {
  readonly namespace: string;
  readonly name: string;
}

export interface AuthoritySecretOptions {
  readonly api: KubernetesApi;
  readonly location: SecretLocation;
  readonly policy: Pick<CertificatePolicy, "authorityLifetimeMs" | "overlapMs">;
  /** Makes the CA of this number, valid from now (milliseconds since the epoch) on. */
  readonly issue: (number: number, now: number, lifetimeMs: number) => Authority | Promise<Authority>;
  /** Now, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly jitter: number;
  readonly isSettled: SuccessionInput["isSettled"];
}

export interface AuthorityRequest {
  /** The CAs known from before, newest first: they come back where the Secret is gone. */
  readonly known: readonly Authority[];
  readonly rotate: boolean;
}

export interface AuthorityState {
  /** Newest first; at least one. */
  readonly authorities: readonly Authority[];
  /** The CA made in this call. */
  readonly made: Authority | undefined;
  /** When to look again, in milliseconds since the epoch. */
  readonly reviewAt: number;
}

interface Secret extends KubernetesObject {
  readonly data?: SecretData;
}

/** With more replicas than this writing at the same moment, the loop's own back-off spreads them. */
const mostAttempts = 8;

/**
 * Makes the Secret hold the CAs there should be now, and returns what it holds.
 *
 * @throws ApiError where the API server refuses; or whatever kept it from answering
 */
export async function reconcileAuthoritySecret(
  options: AuthoritySecretOptions,
  { known, rotate }: AuthorityRequest,
): Promise<AuthorityState> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await reconcileOnce(options, known, rotate);
    } catch (error) {
      // A 404 here is a Secret that was deleted between our read and our update.
      if (attempt === mostAttempts || !(isConflict(error) || isNotFound(error))) throw error;
    }
  }
}

async function reconcileOnce(
  options: AuthoritySecretOptions,
  known: readonly Authority[],
  rotate: boolean,
): Promise<AuthorityState> {
  const secret = await readSecret(options);
  const stored = secret === undefined ? [] : readAuthorities(secret.data ?? {});
  const input = {
    // A Secret that lost its CAs, or never had any, gets back those we remember: clients trust them already.
    authorities: stored.length > 0 ? stored : known,
    now: options.now(),
    policy: options.policy,
    jitter: options.jitter,
    isSettled: options.isSettled,
    rotationRequested: rotate || secret?.metadata?.annotations?.[rotateAnnotation] !== undefined,
  };
  const succession = planSuccession(input);
  const unchanged = succession.next === undefined && succession.keep.length === stored.length;
  if (unchanged) return { authorities: stored, made: undefined, reviewAt: succession.reviewAt };
  const state = await succeed(succession, input, options);
  await (secret === undefined ? createSecret(options, state.authorities) : updateSecret(options, secret, state));
  return state;
}

async function succeed(
  { keep, next, reviewAt }: Succession,
  { now }: Pick<SuccessionInput, "now">,
  { policy, jitter, issue }: Pick<AuthoritySecretOptions, "policy" | "jitter" | "issue">,
): Promise<AuthorityState> {
  if (next === undefined) return { authorities: keep, made: undefined, reviewAt };
  const made = await issue(next, now, policy.authorityLifetimeMs);
  const authorities = [made, ...keep];
  const review = planSuccession({ authorities, now, policy, jitter, rotationRequested: false, isSettled: () => false });
  return { authorities, made, reviewAt: review.reviewAt };
}

async function readSecret({ api, location }: AuthoritySecretOptions): Promise<Secret | undefined> {
  try {
    return await api.request<Secret>({ method: "GET", path: secretPath(location) });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function createSecret(
  { api, location }: AuthoritySecretOptions,
  authorities: readonly Authority[],
): Promise<void> {
  const { namespace, name } = location;
  const labels = { "app.kubernetes.io/part-of": "outrigger", "app.kubernetes.io/managed-by": "outrigger" };
  await api.request({
    method: "POST",
    path: secretsPath(namespace),
    body: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace, labels },
      type: "Opaque",
      data: writeAuthorities(authorities),
    },
  });
}

async function updateSecret(
  { api, location }: AuthoritySecretOptions,
  secret: Secret,
  { authorities, made }: AuthorityState,
): Promise<void> {
  const others = Object.entries(secret.data ?? {}).filter(([key]) => !/^ca(-\d+)?\.(crt|key)$/.test(key));
  // A request stays until it has been met.
  const isDone = (annotation: string): boolean => annotation === rotateAnnotation && made !== undefined;
  const annotations = Object.entries(secret.metadata?.annotations ?? {}).filter(([name]) => !isDone(name));
  await api.request({
    method: "PUT",
    path: secretPath(location),
    body: {
      ...secret,
      metadata: { ...secret.metadata, annotations: Object.fromEntries(annotations) },
      data: { ...Object.fromEntries(others), ...writeAuthorities(authorities) },
    },
  });
}

/** The collection a Secret is in. */
export function secretsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/secrets`;
}

function secretPath({ namespace, name }: SecretLocation): string {
  return `${secretsPath(namespace)}/${name}`;
}
