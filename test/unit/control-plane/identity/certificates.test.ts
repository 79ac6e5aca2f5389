/**
 * The certificates themselves, with openssl as the judge, and CAs that users bring.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { defaultIdentityPolicy, overlapOf } from "../../../../src/control-plane/identity/identity-policy.ts";
import type { HeldAuthority } from "../../../../src/control-plane/identity/given-succession.ts";
import { keepValid, succeedGiven } from "../../../../src/control-plane/identity/given-succession.ts";
import type { LeafSubject } from "../../../../src/control-plane/identity/issue-certificate.ts";
import { issueLeaf, issueRoot } from "../../../../src/control-plane/identity/issue-certificate.ts";
import { readGivenAuthority } from "../../../../src/control-plane/identity/read-given-authority.ts";
import { ownRoot } from "../../../../src/control-plane/identity/signing-authority.ts";

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.now();
const uri = "spiffe://cluster.local/ns/shop/sa/web";
const folder = mkdtempSync(join(tmpdir(), "outrigger-openssl-"));
after(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

function openssl(...args: readonly string[]): string {
  return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Verifies strictly against the roots, with what the chain brings along. */
function verify(roots: string, chain: string, ...more: readonly string[]): string {
  const leaf = file("leaf.pem", chain);
  const trusted = ["-no-CApath", "-CAfile", file("roots.pem", roots)];
  return openssl("verify", "-x509_strict", ...trusted, "-untrusted", leaf, ...more, leaf);
}

function text(pem: string): string {
  return openssl("x509", "-in", file("shown.pem", pem), "-noout", "-text");
}

describe("openssl", () => {
  const workload: LeafSubject = { uri };
  const server: LeafSubject = {
    names: [
      { type: "dns", value: "outrigger-control-plane.outrigger-system.svc" },
      { type: "ip", value: "192.0.2.1" },
    ],
  };

  test("accepts a workload's certificate as client and server, and finds its URI alone, critical, and no subject", () => {
    const root = ownRoot(issueRoot("cluster.local", 1, now, 10 * day));
    const { certificate, key } = issueLeaf(root, workload, now, day);
    for (const purpose of ["sslserver", "sslclient"]) {
      assert.match(verify(root.certificate, certificate, "-purpose", purpose), /: OK/);
    }
    const shown = text(certificate);
    assert.match(shown, /Subject Alternative Name: critical\s+URI:spiffe:\/\/cluster\.local\/ns\/shop\/sa\/web\n/);
    assert.match(shown, /Subject: *\n/);
    assert.match(shown, /Basic Constraints: critical\s+CA:FALSE/);
    assert.match(shown, /Key Usage: critical\s+Digital Signature\n/);
    const publicKey = openssl("pkey", "-in", file("key.pem", key), "-pubout");
    assert.equal(publicKey, openssl("x509", "-in", file("shown.pem", certificate), "-noout", "-pubkey"));
  });

  test("accepts the server's by its names, and not as a client", () => {
    const root = ownRoot(issueRoot("cluster.local", 1, now, 10 * day));
    const { certificate } = issueLeaf(root, server, now, day);
    const name = "outrigger-control-plane.outrigger-system.svc";
    assert.match(verify(root.certificate, certificate, "-purpose", "sslserver", "-verify_hostname", name), /: OK/);
    assert.match(verify(root.certificate, certificate, "-verify_ip", "192.0.2.1"), /: OK/);
    assert.throws(
      () => verify(root.certificate, certificate, "-purpose", "sslclient"),
      /unsuitable certificate purpose/,
    );
    assert.throws(() => verify(root.certificate, certificate, "-verify_hostname", "other.svc"), /hostname mismatch/);
  });

  test("tells roots with the same number apart, and lets no leaf sign", () => {
    const [one, other] = [issueRoot("cluster.local", 1, now, 10 * day), issueRoot("cluster.local", 1, now, day)];
    const both = `${other.certificate}${one.certificate}`;
    const { certificate, key, notAfter } = issueLeaf(ownRoot(one), workload, now, day);
    assert.match(verify(both, certificate), /: OK/);
    assert.throws(() => verify(other.certificate, certificate), /unable to get local issuer/);
    const forger = { ...ownRoot(one), certificate, key, intermediates: certificate };
    const forged = issueLeaf(forger, { uri: "spiffe://cluster.local/ns/bank/sa/admin" }, now, hour);
    assert.throws(() => verify(both, forged.certificate), /invalid CA certificate|self-signed certificate/);
    const short = issueLeaf(ownRoot(other), workload, now, 2 * day);
    assert.ok(short.notAfter <= other.notAfter && notAfter > now);
  });
});

/** A root with an intermediate below it, made by openssl, with keys of one kind. */
function broughtByUsers(kind: "ec" | "rsa" | "p384"): {
  readonly root: string;
  readonly ca: string;
  readonly key: string;
} {
  const spec = {
    ec: ["EC", "ec_paramgen_curve:P-256"],
    p384: ["EC", "ec_paramgen_curve:P-384"],
    rsa: ["RSA", "rsa_keygen_bits:2048"],
  }[kind];
  const [algorithm = "", option = ""] = spec;
  const makeKey = (name: string): string => {
    const path = join(folder, name);
    openssl("genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", path);
    return path;
  };
  const [rootKey, caKey, root, request, ca] = [
    makeKey("root.key"),
    makeKey("ca.key"),
    join(folder, "root.crt"),
    join(folder, "ca.csr"),
    join(folder, "ca.crt"),
  ];
  openssl(
    "req",
    "-x509",
    "-new",
    "-key",
    rootKey,
    "-subj",
    "/CN=company root",
    "-days",
    "30",
    "-out",
    root,
    "-addext",
    "keyUsage=critical,keyCertSign",
  );
  openssl("req", "-new", "-key", caKey, "-subj", "/CN=mesh CA", "-out", request);
  // Whoever makes a CA may call its key as they like.
  const keyIdentifier = kind === "p384" ? "01:02:03:04:05:06:07:08" : "hash";
  const extensions = file(
    "ca.ext",
    `basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=${keyIdentifier}\nauthorityKeyIdentifier=keyid\n`,
  );
  openssl(
    "x509",
    "-req",
    "-in",
    request,
    "-CA",
    root,
    "-CAkey",
    rootKey,
    "-CAcreateserial",
    "-days",
    "20",
    "-extfile",
    extensions,
    "-out",
    ca,
  );
  const read = (path: string): string => execFileSync("cat", [path], { encoding: "utf8" });
  return { root: read(root), ca: read(ca), key: read(caKey) };
}

function secretOf(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]));
}

describe("a CA that users bring", () => {
  for (const kind of ["ec", "p384", "rsa"] as const) {
    test(`signs with its ${kind} key, in each layout of its Secret, and openssl follows the chain to its root`, () => {
      const { root, ca, key } = broughtByUsers(kind);
      for (const data of [
        { "ca.crt": `${ca}${root}`, "ca.key": key },
        { "ca.crt": ca, "ca.key": key, "roots.crt": root },
        { "tls.crt": ca, "tls.key": key, "ca.crt": root },
        { "ca-cert.pem": ca, "ca-key.pem": key, "cert-chain.pem": ca, "root-cert.pem": root },
      ]) {
        const given = readGivenAuthority(secretOf(data), Date.now() + 1_000);
        assert.ok(given.ok, JSON.stringify(given));
        assert.equal(given.value.roots.trim(), root.trim());
        const { certificate } = issueLeaf({ ...given.value, since: 0 }, { uri }, Date.now(), day);
        assert.match(verify(root, certificate), /: OK/);
      }
    });
  }

  const { root, ca, key } = broughtByUsers("ec");
  const otherKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
  const mistakes = [
    { name: "nothing in it", data: {}, says: [/holds no CA key/] },
    { name: "no certificate", data: { "ca.key": key }, says: [/holds no certificate/] },
    { name: "another's key", data: { "ca.crt": `${ca}${root}`, "ca.key": otherKey }, says: [/is not the key/] },
    { name: "a key that is none", data: { "ca.crt": `${ca}${root}`, "ca.key": "x" }, says: [/is not the key/] },
    { name: "no root", data: { "ca.crt": ca, "ca.key": key }, says: [/does not lead to a root/] },
    {
      name: "root and key of others: both are told",
      data: { "ca.crt": ca, "ca.key": otherKey },
      says: [/is not the key/, /does not lead to a root/],
    },
  ];
  for (const { name, data, says } of mistakes) {
    test(`is refused: ${name}`, () => {
      const given = readGivenAuthority(secretOf(data), now + hour);
      assert.ok(!given.ok);
      assert.equal(given.problems.length, says.length);
      for (const [place, pattern] of says.entries()) assert.match(given.problems[place]?.message ?? "", pattern);
      assert.ok(!JSON.stringify(given.problems).includes("PRIVATE"));
    });
  }

  test("is refused when it has expired", () => {
    const given = readGivenAuthority(secretOf({ "ca.crt": `${ca}${root}`, "ca.key": key }), now + 25 * day);
    assert.ok(!given.ok);
    assert.match(given.problems[0]?.message ?? "", /valid now/);
  });
});

test("another CA that users bring is trusted at once, signs later, and the old one stays until its leaves have expired", () => {
  const policy = defaultIdentityPolicy;
  const authority = (fingerprint: string): Omit<HeldAuthority, "since" | "keepUntil"> => ({
    certificate: "",
    key: "",
    fingerprint,
    notBefore: now,
    notAfter: now + 100 * day,
    intermediates: "",
    roots: "",
  });
  const first = succeedGiven([], authority("a"), now, policy);
  assert.deepEqual(
    first.map(({ fingerprint, since }) => [fingerprint, since]),
    [["a", -Infinity]],
  );
  const again = succeedGiven(first, { ...authority("a"), roots: "more" }, now + day, policy);
  assert.deepEqual(
    again.map(({ since, roots }) => [since, roots]),
    [[-Infinity, "more"]],
  );
  const second = succeedGiven(again, authority("b"), now + day, policy);
  assert.deepEqual(
    second.map(({ fingerprint, since }) => [fingerprint, since]),
    [
      ["b", now + day],
      ["a", -Infinity],
    ],
  );
  const end = now + day + overlapOf(policy);
  assert.equal(keepValid(second, end - 1).length, 2);
  assert.deepEqual(
    keepValid(second, end).map(({ fingerprint }) => fingerprint),
    ["b"],
  );
  const back = succeedGiven(second, authority("a"), now + day + hour, policy);
  assert.deepEqual(
    back.map(({ fingerprint, since, keepUntil }) => [fingerprint, since, keepUntil]),
    [
      ["a", -Infinity, Infinity],
      ["b", now + day, now + day + hour + overlapOf(policy)],
    ],
  );
});
