/**
 * Tells callers by a folder of tokens, for running without a cluster: `<folder>/<namespace>/<service account>/<pod>` holds
 * the token of that pod, as text. The folder is read anew for each stream, so tokens may come and go; they do not expire.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Authentication, Authenticator, Caller } from "./authenticator.ts";
import { refused } from "./authenticator.ts";

interface FolderToken {
  readonly caller: Caller;
  readonly token: string;
}

async function readTokens(folder: string): Promise<readonly FolderToken[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
  const read = files.map(async (file): Promise<readonly FolderToken[]> => {
    const [namespace = "", serviceAccount = "", podName = "", ...more] = file
      .slice(join(folder, "/").length)
      .split("/");
    if (more.length > 0 || podName === "") return [];
    const token = (await readFile(file, "utf8")).trim();
    const caller = { namespace, serviceAccount, podName, podUid: undefined, expiresAt: Infinity };
    return token === "" ? [] : [{ caller, token }];
  });
  return (await Promise.all(read)).flat();
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** @param folder read at each authentication */
export function createFolderAuthenticator(folder: string): Authenticator {
  return {
    authenticate: async (token): Promise<Authentication> => {
      try {
        const found = (await readTokens(folder)).find((known) => isSame(known.token, token));
        if (found !== undefined) return { ok: true, caller: found.caller };
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        return refused("unavailable", `the folder of tokens cannot be read: ${detail}`);
      }
      const layout = join(folder, "<namespace>", "<service account>", "<pod>");
      return refused("invalid-token", `no file ${layout} holds this token`);
    },
  };
}
