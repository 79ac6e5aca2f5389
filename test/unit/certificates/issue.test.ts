import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { bundleOf, parseAuthority, readAuthorities, writeAuthorities } from "../../../src/certificates/authority.ts";
import { isTrusted } from "../../../src/certificates/chain.ts";
import { issueAuthority, issueLeaf, loopbackNames, namesOfService } from "../../../src/certificates/issue.ts";

const now = Date.parse("2026-11-24T12:00:00Z");
const hour = 3_600_000;
const day = 24 * hour;

describe("an issued CA", async () => {
  const authority = await issueAuthority(3, now, 365 * day);
  const certificate = new X509Certificate(authority.certificate);

  it("is a P-256 CA that signs leaves only", () => {
    assert.equal(certificate.ca, true);
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    assert.match(certificate.toLegacyObject().subject.CN as string, /^outrigger webhook CA 3 [0-9a-f]{8}$/);
  });

  it("is valid from a little before now", () => {
    assert.equal(authority.notBefore, now - 300_000);
    assert.equal(authority.notAfter, now + 365 * day);
  });

  it("has a name that no other has", async () => {
    const other = new X509Certificate((await issueAuthority(3, now, day)).certificate);
    assert.notEqual(other.subject, certificate.subject);
  });

  it("survives the Secret", async () => {
    const older = await issueAuthority(2, now, day);
    const data = writeAuthorities([authority, older]);
    assert.deepEqual(readAuthorities(data), [authority, older]);
    assert.equal(Buffer.from(data["ca.crt"] ?? "", "base64").toString(), bundleOf([authority, older]));
    assert.deepEqual(readAuthorities({ ...data, "ca-3.key": data["ca-2.key"] ?? "" }), [older], "a wrong key");
    assert.deepEqual(readAuthorities({ "ca-1.crt": "", "ca-0.crt": "eA==", "ca-x.crt": "", "tls.crt": "" }), []);
  });

  it("is not taken from a leaf", async () => {
    const leaf = await issueLeaf(authority, ["a"], now, day);
    assert.equal(parseAuthority(1, leaf.certificate, leaf.key), undefined);
  });
});

describe("an issued leaf", async () => {
  const authority = await issueAuthority(1, now, 2 * day);
  const names = [...namesOfService("outrigger-webhook", "outrigger-system"), ...loopbackNames];
  const leaf = await issueLeaf(authority, names, now, day);
  const certificate = new X509Certificate(leaf.certificate);

  it("is for the Service's names and the loopback addresses", () => {
    assert.deepEqual(certificate.subjectAltName?.split(", "), [
      "DNS:outrigger-webhook.outrigger-system.svc",
      "DNS:outrigger-webhook.outrigger-system.svc.cluster.local",
      "DNS:outrigger-webhook.outrigger-system",
      "DNS:localhost",
      "IP Address:127.0.0.1",
      "IP Address:0:0:0:0:0:0:0:1",
    ]);
    assert.equal(
      certificate.checkHost("outrigger-webhook.outrigger-system.svc"),
      certificate.subjectAltName && "outrigger-webhook.outrigger-system.svc",
    );
    assert.equal(certificate.checkIP("127.0.0.1"), "127.0.0.1");
  });

  it("is a server's certificate and no CA", () => {
    assert.equal(certificate.ca, false);
    assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
  });

  it("never outlives its CA", async () => {
    const short = await issueLeaf(authority, names, now + 1.5 * day, day);
    assert.equal(short.notAfter, authority.notAfter);
  });

  it("is accepted by openssl for its name, against a bundle of old and new CA", async () => {
    const folder = mkdtempSync(join(tmpdir(), "outrigger-issue-"));
    try {
      const other = await issueAuthority(2, now, day);
      writeFileSync(join(folder, "ca.crt"), bundleOf([other, authority]));
      writeFileSync(join(folder, "tls.crt"), leaf.certificate);
      const verify = (name: string): string =>
        execFileSync(
          "openssl",
          [
            "verify",
            ...["-attime", String(now / 1000), "-purpose", "sslserver", "-verify_hostname", name],
            ...["-CAfile", join(folder, "ca.crt"), join(folder, "tls.crt")],
          ],
          { encoding: "utf8", stdio: "pipe" },
        );
      assert.match(verify("outrigger-webhook.outrigger-system.svc"), /: OK/);
      assert.throws(() => verify("elsewhere.example"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("trust", async () => {
  const root = await issueAuthority(1, now, 10 * day);
  const other = await issueAuthority(2, now, 10 * day);
  const leaf = await issueLeaf(root, ["a"], now, day);

  it("needs a CA that signed the leaf", () => {
    assert.equal(isTrusted(leaf.certificate, root.certificate, now), true);
    assert.equal(isTrusted(leaf.certificate, other.certificate, now), false);
    assert.equal(isTrusted(leaf.certificate, `rubbish\n${other.certificate}\n${root.certificate}`, now), true);
    assert.equal(isTrusted(leaf.certificate, "", now), false);
    assert.equal(isTrusted("", root.certificate, now), false);
  });

  it("needs everything to be valid now", () => {
    assert.equal(isTrusted(leaf.certificate, root.certificate, now + 2 * day), false);
    assert.equal(isTrusted(leaf.certificate, root.certificate, now - hour), false);
  });

  it("is given to a certificate that is itself in the bundle", () => {
    assert.equal(isTrusted(leaf.certificate, leaf.certificate, now), true);
  });
});
