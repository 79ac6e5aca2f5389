/**
 * A control plane without a cluster: the mesh of a folder of manifests, tokens in another, and roots that live as long as
 * the process.
 */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isIP } from "node:net";
import { createFolderAuthenticator } from "../control-plane/identity/folder-authenticator.ts";
import type { SubjectName } from "../control-plane/identity/issue-certificate.ts";
import { createLocalAuthorities } from "../control-plane/identity/local-authorities.ts";
import { trustFile } from "../control-plane/identity/trust-bundle.ts";
import type { LiveSecrets } from "../control-plane/identity/workload-secrets.ts";
import { createFolderSource } from "../control-plane/kubernetes/folder-source.ts";
import { createLoggedLoop } from "../kubernetes/logged-loop.ts";
import type { ControlPlaneOptions, Surroundings, TrustPublisher } from "./control-plane.ts";
import type { LocalControlPlaneOptions } from "./control-plane-options.ts";
import { readMeshSettings } from "./mesh-settings.ts";

type Common = Omit<ControlPlaneOptions, "surroundings">;

/** What proxies on this machine may call it by. */
function namesOf(host: string | undefined): readonly SubjectName[] {
  const names: readonly SubjectName[] = [
    { type: "dns", value: "localhost" },
    { type: "ip", value: "127.0.0.1" },
    { type: "ip", value: "::1" },
  ];
  if (host === undefined || isIP(host) === 0 || names.some(({ value }) => value === host)) return names;
  return [...names, { type: "ip", value: host }];
}

/** @throws OutriggerError where the mesh config cannot be read or is not valid */
export async function localSurroundings(options: LocalControlPlaneOptions, common: Common): Promise<Surroundings> {
  const { mesh: settings, translation, policy } = await readMeshSettings(options.config, "outrigger-system");
  return {
    settings,
    translation,
    policy,
    authenticator: createFolderAuthenticator(options.tokens),
    authorities: createLocalAuthorities({
      ...common,
      trustDomain: settings.trustDomain,
      policy,
    }),
    serverNames: namesOf(options.host),
    objects: (take) => createFolderSource({ ...common, folder: options.manifests, take }),
    trust: (issuer) => createTrustFolder(options.trust, issuer, common),
    // Whoever edits files finds what is wrong with them in the log.
    reporter: () => ({ start: () => undefined, stop: () => Promise.resolve() }),
  };
}

const pollMs = 60_000;

/** Keeps `root.yaml` in a folder, as the ConfigMap's volume has it in a pod. */
function createTrustFolder(folder: string, secrets: LiveSecrets, { clock, random, log }: Common): TrustPublisher {
  let written = "";
  let unsubscribe = (): void => undefined;
  const messages = { failed: "trust file not written", recovered: "trust file written again" };
  const loop = createLoggedLoop({
    run: async () => {
      const bundle = secrets.trustBundle();
      if (bundle !== "" && bundle !== written) {
        await replaceFile(folder, "root.yaml", trustFile(bundle));
        written = bundle;
      }
      return pollMs;
    },
    clock,
    random,
    log,
    messages,
    fields: { folder },
  });
  return {
    start: () => {
      unsubscribe = secrets.subscribe(({ trust }) => {
        if (trust) loop.ring();
      });
      loop.ring();
    },
    stop: () => {
      unsubscribe();
      loop.stop();
    },
    unready: () => (written === "" ? "the roots of the mesh have not been written yet" : undefined),
  };
}

/** Readers see the whole of the old file or the whole of the new one. */
async function replaceFile(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `.${name}.new`);
  await writeFile(draft, text);
  await rename(draft, join(folder, name));
}
