import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createFolderSource } from "../../../../src/control-plane/kubernetes/folder-source.ts";
import type { ObjectSource } from "../../../../src/control-plane/kubernetes/object-source.ts";
import type { ObjectChange } from "../../../../src/control-plane/model/cluster-object.ts";
import type { CapturedLogger } from "../../../captured-logger.ts";
import { captureLogger } from "../../../captured-logger.ts";
import { eventually } from "../../../eventually.ts";
import { FakeClock } from "../../../fake-clock.ts";

const service = (name: string, more = ""): string => `apiVersion: v1
kind: Service
metadata: { name: ${name}${more} }
spec: { clusterIP: 10.96.0.1, ports: [{ port: 80 }] }
`;

describe("folder source", () => {
  let folder: string;
  let clock: FakeClock;
  let source: ObjectSource;
  let logger: CapturedLogger;
  let batches: (readonly ObjectChange[])[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "outrigger-folder-"));
    clock = new FakeClock();
    logger = captureLogger();
    batches = [];
  });

  afterEach(async () => {
    source.stop();
    await rm(folder, { recursive: true });
  });

  async function write(name: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }

  async function start(): Promise<void> {
    const take = (changes: readonly ObjectChange[]): void => {
      batches.push(changes);
    };
    source = createFolderSource({ folder, clock, random: () => 0.5, log: logger.log, take });
    source.start();
    await source.whenSynced();
  }

  const described = (changes: readonly ObjectChange[] = []): readonly string[] =>
    changes.map(({ kind, key, object }) => `${object === undefined ? "-" : "+"} ${kind} ${key}`);
  const ignored = (): readonly unknown[] =>
    logger.lines.filter(({ msg }) => msg === "manifest ignored").map((line) => line["problem"]);

  async function nextBatch(): Promise<readonly string[]> {
    const known = batches.length;
    await eventually("the change is noticed", () => {
      clock.advance(2_000);
      return batches.length > known;
    });
    return described(batches.at(-1));
  }

  it("takes many documents, lists and JSON, in folders below too, and leaves the rest alone", async () => {
    await write("a.yaml", `${service("a")}---\n${service("b", ", namespace: shop")}---\n---\n# nothing\n`);
    await write("deep/er/c.json", JSON.stringify({ apiVersion: "v1", kind: "Node", metadata: { name: "n1" } }));
    await write(
      "list.yml",
      "apiVersion: v1\nkind: List\nitems: [{ apiVersion: v1, kind: Pod, metadata: { name: p } }]\n",
    );
    await write("other.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n");
    await write("README.md", "not: a manifest\n");
    await start();
    assert.deepEqual(described(batches[0]), [
      "+ service default/a",
      "+ service shop/b",
      "+ node n1",
      "+ pod default/p",
    ]);
    assert.deepEqual(ignored(), []);
  });

  it("hands on what has changed, and nothing else", async () => {
    await write("a.yaml", `${service("a")}---\n${service("b")}`);
    await start();
    await write("a.yaml", `${service("a")}---\n${service("b").replace("80", "81")}`);
    assert.deepEqual(await nextBatch(), ["+ service default/b"]);
    await write("c.yaml", service("c"));
    assert.deepEqual(await nextBatch(), ["+ service default/c"]);
    await rm(join(folder, "a.yaml"));
    assert.deepEqual((await nextBatch()).toSorted(), ["- service default/a", "- service default/b"]);
  });

  it("reports a broken document with its file and line, takes the others, and keeps what the file had before", async () => {
    await write("a.yaml", `${service("a")}---\n${service("b")}`);
    await start();
    await write("a.yaml", `${service("a")}---\nkind: [\n---\n${service("c")}`);
    assert.deepEqual(await nextBatch(), ["+ service default/c"]);
    assert.match(String(ignored()[0]), /^a\.yaml:6: document 2, line \d+, column \d+: /);
    await write("a.yaml", `${service("a")}---\n${service("c")}`);
    assert.deepEqual((await nextBatch())[0], "- service default/b");
  });

  it("does not take a file for empty that is just being written", async () => {
    await write("a.yaml", service("a"));
    await start();
    await write("a.yaml", "");
    clock.advance(2_000);
    await eventually("it has been read", () => clock.untilNext() !== undefined);
    await write("a.yaml", service("a").replace("80", "81"));
    assert.deepEqual(await nextBatch(), ["+ service default/a"]);
    await write("a.yaml", "");
    assert.deepEqual(await nextBatch(), ["- service default/a"]);
  });

  it("takes the first of two objects of one name", async () => {
    await write("a.yaml", service("a"));
    await write("b.yaml", service("a").replace("80", "81"));
    await start();
    assert.deepEqual(described(batches[0]), ["+ service default/a"]);
    assert.deepEqual(ignored(), ["b.yaml:1: default/a is already at a.yaml:1; keep one of the two"]);
  });

  it("names file and line in the problems of an object", async () => {
    await write("a.yaml", `---\n${service("a").replace("80", "x")}`);
    await start();
    assert.deepEqual(
      batches[0]?.flatMap(({ problems }) => problems.map(({ path }) => path)),
      ["a.yaml:2: spec.ports[0].port"],
    );
  });

  it("keeps what it has while the folder cannot be read", async () => {
    await write("a.yaml", service("a"));
    await start();
    await rm(folder, { recursive: true });
    await eventually("it is told", () => {
      clock.advance(2_000);
      return logger.lines.some(({ msg }) => msg === "folder of manifests not readable");
    });
    assert.equal(batches.length, 1);
    await write("b.yaml", service("b"));
    assert.deepEqual(await nextBatch(), ["- service default/a", "+ service default/b"]);
  });
});
