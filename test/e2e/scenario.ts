/**
 * A scenario: one behaviour with a name, on a real API server. The run lists each by its name; a scenario that fails
 * shows what the processes it started have logged.
 */
import { test } from "node:test";
import { createTestNamespaces } from "./namespaces.ts";
import type { TestNamespaces } from "./namespaces.ts";

export interface ScenarioContext {
  readonly namespaces: TestNamespaces;
  /** Shown if the scenario fails: a title and a text, fetched only then. */
  readonly showOnFailure: (title: string, text: () => string | Promise<string>) => void;
  /** Runs when the scenario ends, however it ends; last registered first. */
  readonly cleanUp: (action: () => unknown) => void;
  /** A line in the run's report: a figure worth seeing even where all is well. */
  readonly note: (text: string) => void;
}

export interface ScenarioOptions {
  /** Milliseconds; two minutes unless said otherwise. */
  readonly timeoutMs?: number;
  /** Why this cluster cannot show it (an API server that is not ours cannot be restarted); undefined where it can. */
  readonly impossibleBecause?: string | undefined;
}

/** Declares a scenario. Scenarios of one file run one after another. */
export function scenario(
  name: string,
  body: (context: ScenarioContext) => Promise<void>,
  options: ScenarioOptions = {},
): void {
  test(
    name,
    { timeout: options.timeoutMs ?? 120_000, skip: options.impossibleBecause ?? false },
    async (testContext) => {
      const evidence: { readonly title: string; readonly text: () => string | Promise<string> }[] = [];
      const cleanUps: (() => unknown)[] = [];
      const namespaces = createTestNamespaces(namespacePrefix(name));
      try {
        await body({
          namespaces,
          showOnFailure: (title, text) => evidence.push({ title, text }),
          cleanUp: (action) => cleanUps.push(action),
          note: (text) => {
            testContext.diagnostic(text);
          },
        });
      } catch (error) {
        for (const { title, text } of evidence) testContext.diagnostic(`${title}:\n${await text()}`);
        throw error;
      } finally {
        for (const cleanUp of cleanUps.reverse()) await cleanUp();
        await namespaces.deleteAll();
      }
    },
  );
}

/** "Unlabelled → byte-identical" becomes `unlabelled-byte-identical`. */
function namespacePrefix(name: string): string {
  const words = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return words.slice(0, 40).replaceAll(/^-+|-+$/g, "");
}
