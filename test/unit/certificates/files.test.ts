import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Authority } from "../../../src/certificates/authority.ts";
import { bundleOf } from "../../../src/certificates/authority.ts";
import { silentObserver } from "../../../src/certificates/certificate-source.ts";
import type { CertificateSource } from "../../../src/certificates/certificate-source.ts";
import { readCertificateFiles } from "../../../src/certificates/certificate-files.ts";
import { createFilesSource } from "../../../src/certificates/files-source.ts";
import type { IssuedLeaf } from "../../../src/certificates/issue.ts";
import { issueAuthority, issueLeaf } from "../../../src/certificates/issue.ts";
import { LiveBundles } from "../../../src/certificates/live-bundles.ts";
import { captureLogger } from "../../captured-logger.ts";
import { eventually } from "../../eventually.ts";
import { FakeClock } from "../../fake-clock.ts";

const clock = new FakeClock();
const day = 24 * 3_600_000;
const [oldCa, newCa] = await Promise.all([
  issueAuthority(1, clock.now(), 90 * day),
  issueAuthority(2, clock.now(), 90 * day),
]);
const leafBy = (authority: Authority): Promise<IssuedLeaf> => issueLeaf(authority, ["a"], clock.now(), 30 * day);
const [first, second, byNewCa] = await Promise.all([leafBy(oldCa), leafBy(oldCa), leafBy(newCa)]);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-files-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(files: Readonly<Record<string, string>>, into = folder): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(into, name), text);
}

function filesOf({ certificate, key }: IssuedLeaf, ca = bundleOf([oldCa])): Readonly<Record<string, string>> {
  return { "tls.crt": certificate, "tls.key": key, "ca.crt": ca };
}

describe("certificate files", () => {
  it("are read with their CA", async () => {
    await write(filesOf(first));
    const read = await readCertificateFiles(folder, clock.now());
    assert.deepEqual(read, { ...first, caBundle: bundleOf([oldCa]) });
  });

  it("may come without a CA", async () => {
    await write({ "tls.crt": first.certificate, "tls.key": first.key });
    assert.equal((await readCertificateFiles(folder, clock.now())).caBundle, "");
  });

  for (const [what, files, at, problem] of [
    ["no certificate", { ...filesOf(first), "tls.crt": "x" }, 0, /tls\.crt holds no certificate/],
    ["no key", { ...filesOf(first), "tls.key": "x" }, 0, /tls\.key holds no private key/],
    ["another's key", { ...filesOf(first), "tls.key": second.key }, 0, /tls\.key does not belong/],
    ["an expired certificate", filesOf(first), 31 * day, /valid only from .* to/],
    ["a CA that is none", { ...filesOf(first), "ca.crt": "x" }, 0, /ca\.crt holds no certificate/],
    ["another CA", filesOf(first, bundleOf([newCa])), 0, /not signed by a CA in ca\.crt/],
  ] as const) {
    it(`with ${what} are refused`, async () => {
      await write(files);
      await assert.rejects(readCertificateFiles(folder, clock.now() + at), problem);
    });
  }

  it("that are missing are named", async () => {
    await assert.rejects(readCertificateFiles(folder, clock.now()), /tls\.crt/);
  });

  it("are all read from the same moment of a mounted volume", async () => {
    for (const [name, leaf] of [
      ["..1", first],
      ["..2", second],
    ] as const) {
      await mkdir(join(folder, name));
      await write(filesOf(leaf), join(folder, name));
    }
    await symlink("..1", join(folder, "..data"));
    assert.equal((await readCertificateFiles(folder, clock.now())).certificate, first.certificate);
    await symlink("..2", join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    assert.equal((await readCertificateFiles(folder, clock.now())).certificate, second.certificate);
  });
});

describe("the source of certificate files", () => {
  let ownClock: FakeClock;
  let failures: number;
  let source: CertificateSource & { idle(): Promise<void> };
  let lines: ReturnType<typeof captureLogger>["lines"];

  async function startSource(live?: LiveBundles): Promise<void> {
    ownClock = new FakeClock();
    failures = 0;
    const captured = captureLogger();
    lines = captured.lines;
    source = createFilesSource({
      folder,
      clock: ownClock,
      random: () => 0.5,
      log: captured.log,
      observer: { ...silentObserver, failed: () => (failures += 1) },
      policy: { settleMs: 10_000 },
      ...(live !== undefined && { live }),
    });
    await source.start();
  }

  afterEach(() => {
    source.stop();
  });

  async function poll(): Promise<void> {
    await source.idle();
    ownClock.advance(10_000);
    await source.idle();
  }

  const serves = (leaf: IssuedLeaf): boolean => source.current()?.certificate === leaf.certificate;

  it("follows the folder", async () => {
    await write(filesOf(first));
    await startSource();
    assert.ok(serves(first) && source.healthy());
    const changes: string[] = [];
    source.onChange(({ certificate }) => changes.push(certificate));
    await write(filesOf(second));
    await eventually("the new files are seen without polling", () => serves(second));
    assert.deepEqual(changes, [second.certificate]);
  });

  it("starts without files and takes them when they come", async () => {
    await rm(folder, { recursive: true });
    await startSource();
    assert.equal(source.current(), undefined);
    assert.equal(source.healthy(), false);
    await mkdir(folder);
    await write(filesOf(first));
    await poll();
    assert.ok(serves(first));
  });

  it("keeps the last good ones and says what is wrong, once", async () => {
    await write(filesOf(first));
    await startSource();
    await write({ "tls.key": "x" });
    await eventually("it is noticed", () => failures > 0);
    for (let times = 0; times < 3; times += 1) await poll();
    assert.ok(serves(first));
    assert.ok(failures > 2);
    const warnings = lines.filter(({ level }) => level === 40);
    assert.deepEqual(
      warnings.map(({ msg }) => msg),
      ["certificate files not usable"],
    );
    await write(filesOf(second));
    await poll();
    assert.ok(serves(second));
    assert.ok(lines.some(({ msg }) => msg === "certificate files usable again"));
  });

  it("is no longer healthy when the last good ones have expired", async () => {
    await write(filesOf(first));
    await startSource();
    ownClock.advance(31 * day);
    assert.equal(source.healthy(), false);
  });

  it("serves by a new CA only when the configurations have trusted it for a while", async () => {
    await write(filesOf(first));
    const live = new LiveBundles(["a"], clock);
    live.observe("a", [bundleOf([oldCa])]);
    await startSource(live);
    await write(filesOf(byNewCa, bundleOf([newCa])));
    await eventually("the new CA is in the bundle", () => source.current()?.caBundle === bundleOf([newCa, oldCa]));
    assert.ok(serves(first));
    await poll();
    assert.ok(serves(first));
    live.observe("a", [bundleOf([newCa, oldCa])]);
    await source.idle();
    assert.ok(serves(first));
    ownClock.advance(9_999);
    await source.idle();
    assert.ok(serves(first));
    ownClock.advance(1);
    await source.idle();
    assert.ok(serves(byNewCa));
    assert.equal(source.current()?.caBundle, bundleOf([newCa]));
  });

  it("does not wait where what it serves is not trusted anyway", async () => {
    await write(filesOf(first));
    const live = new LiveBundles(["a"], clock);
    live.observe("a", [bundleOf([newCa])]);
    await startSource(live);
    await write(filesOf(byNewCa, bundleOf([newCa])));
    await eventually("it is taken", () => serves(byNewCa));
  });
});
