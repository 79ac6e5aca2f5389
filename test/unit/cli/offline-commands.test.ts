import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { commands } from "../../../src/cli/commands.ts";
import { runWith } from "./terminal.ts";

const manifests = `# our shop
apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {outrigger.dev/proxy-cpu-request: 20m}, labels: {outrigger.dev/injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web # the only one
          image: web:1
---
# untouched
kind: Service
apiVersion: v1
metadata: {name:   web}
`;

const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: c}]}\n";

test("inject adds the sidecar, keeps comments, and leaves other documents byte for byte", async () => {
  const { code, out, err } = await runWith(commands, ["inject", "-f", "-"], { "-": manifests });
  assert.equal(code, 0);
  assert.equal(err, "");
  assert.ok(out.startsWith(manifests.slice(0, manifests.indexOf("spec:"))));
  assert.ok(out.endsWith(manifests.slice(manifests.lastIndexOf("---"))));
  assert.match(out, /- name: web # the only one/);
  assert.match(out, /- name: outrigger-proxy/);
});

test("a Namespace in the same file gives its settings", async () => {
  const { out } = await runWith(commands, ["explain", "-o", "json", "-f", "-"], { "-": manifests });
  const [explained] = JSON.parse(out) as [{ settings: { setting: string; value: string; origin: string }[] }];
  assert.deepEqual(
    explained.settings.find(({ setting }) => setting === "proxy-cpu-request"),
    {
      setting: "proxy-cpu-request",
      value: "20m",
      origin: "namespace annotation outrigger.dev/proxy-cpu-request",
    },
  );
});

test("uninject gives back exactly what was injected", async () => {
  const injected = await runWith(commands, ["inject", "-f", "x"], { x: manifests });
  const restored = await runWith(commands, ["uninject", "-f", "-"], { "-": injected.out });
  assert.equal(restored.out, manifests);
});

test("the proxy of a template is named after its workload", async () => {
  const { out } = await runWith(commands, ["bootstrap", "-f", "-"], { "-": manifests });
  assert.equal((JSON.parse(out) as { node: { cluster: string } }).node.cluster, "web");
  const yaml = await runWith(commands, ["bootstrap", "-o", "yaml", "-f", "-"], { "-": manifests });
  assert.deepEqual(parse(yaml.out, { maxAliasCount: -1 }), JSON.parse(out));
});

test("iptables shows the rules, or the text that iptables-restore gets", async () => {
  const described = await runWith(commands, ["iptables", "-f", "-"], { "-": pod });
  assert.match(described.out, /table nat, chain OUTRIGGER_OUTBOUND/);
  const restore = await runWith(commands, ["iptables", "-o", "v4", "-f", "-"], { "-": pod });
  assert.match(restore.out, /^\*nat\n[\s\S]*\nCOMMIT\n$/);
});

test("a pod that is skipped is told on standard error and printed as it is", async () => {
  const text = pod.replace("{name: p}", '{name: p, labels: {outrigger.dev/inject: "false"}}');
  const { code, out, err } = await runWith(commands, ["inject", "-f", "-"], { "-": text });
  assert.equal(code, 0);
  assert.equal(out, text);
  assert.match(err, /document 1 \(Pod p\), line 1: skipped \(pod-opt-out\)/);
});

test("a namespace that is not labelled is not injected when its object says so", async () => {
  const namespaces = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n";
  const { err } = await runWith(commands, ["inject", "-f", "-", "--namespaces", "ns"], { "-": pod, ns: namespaces });
  assert.match(err, /skipped \(namespace-not-enabled\)/);
});

test("wrong annotations are all reported, with document, object and line, and nothing is printed", async () => {
  const annotations = "{outrigger.dev/access-log: loud, outrigger.dev/drain-seconds: soon}";
  const text = `${pod}---\n${pod.replace("{name: p}", `{name: q, annotations: ${annotations}}`)}`;
  const { code, out, err } = await runWith(commands, ["inject", "-f", "-"], { "-": text });
  assert.equal(code, 2);
  assert.equal(out, "");
  assert.match(err, /document 2 \(Pod q\), line 6.*outrigger\.dev\/access-log.*"loud".*off, errors, all/);
  assert.match(err, /outrigger\.dev\/drain-seconds.*"soon"/);
  const explained = await runWith(commands, ["explain", "-f", "-"], { "-": text });
  assert.equal(explained.code, 1);
  assert.match(explained.out, /Pod default\/q\n {2}rejected: invalid-setting/);
});

test("warnings go to standard error", async () => {
  const text = pod.replace("{name: p}", "{name: p, annotations: {outrigger.dev/acess-log: all}}");
  const { code, err } = await runWith(commands, ["inject", "-f", "-"], { "-": text });
  assert.equal(code, 0);
  assert.match(err, /warning: .*did you mean outrigger\.dev\/access-log\?/);
});

test("an old cluster gets a classic sidecar", async () => {
  const { out } = await runWith(commands, ["inject", "-f", "-", "--kubernetes-version", "1.28"], { "-": pod });
  const { spec } = parse(out) as { spec: { containers: { name: string }[] } };
  assert.deepEqual(
    spec.containers.map(({ name }) => name),
    ["outrigger-proxy", "c"],
  );
  const wrong = await runWith(commands, ["inject", "-f", "-", "--kubernetes-version", "new"], { "-": pod });
  assert.equal(wrong.code, 2);
});

test("inject captures the IP families that the cluster is said to have", async () => {
  const captured = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { out } = await runWith(commands, ["inject", "-f", "-", ...args], { "-": pod });
    const { spec } = parse(out) as { spec: { initContainers: { env?: { name: string; value?: string }[] }[] } };
    const variables = spec.initContainers.flatMap(({ env = [] }) => env);
    return ["V4", "V6"].filter((family) =>
      variables.some(({ name, value }) => name === `OUTRIGGER_IPTABLES_${family}` && value !== undefined),
    );
  };
  assert.deepEqual(await captured(), ["V4"]);
  assert.deepEqual(await captured("--ip-families", "IPv6"), ["V6"]);
  assert.deepEqual(await captured("--ip-families", "IPv4,IPv6"), ["V4", "V6"]);
  for (const wrong of ["IPv5", "IPv4,IPv4", ""]) {
    const { code, err } = await runWith(commands, ["inject", "-f", "-", "--ip-families", wrong], { "-": pod });
    assert.equal(code, 2);
    assert.match(err, new RegExp(`--ip-families ${wrong} is none of IPv4, IPv6 and IPv4,IPv6`));
  }
});

const unreadable: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>, RegExp])[] = [
  ["a file that does not exist", ["inject", "-f", "gone"], {}, /OUTRIGGER_FILE_UNREADABLE/],
  ["a file that is not YAML", ["explain", "-f", "x"], { x: "a: [" }, /OUTRIGGER_INPUT_INVALID/],
  ["a file without pods", ["explain", "-f", "x"], { x: "kind: Service\napiVersion: v1\n" }, /holds no pod/],
  ["namespaces without one", ["inject", "-f", "p", "--namespaces", "n"], { p: pod, n: "a: b" }, /no Namespace object/],
  [
    "a bad mesh config",
    ["inject", "-f", "p", "--config", "c"],
    { p: pod, c: "mdoe: mesh" },
    /OUTRIGGER_CONFIG_INVALID/,
  ],
  ["an unknown format", ["explain", "-o", "xml", "-f", "p"], { p: pod }, /neither json nor yaml/],
];

for (const [what, args, files, message] of unreadable) {
  test(`${what} is refused with a reason`, async () => {
    const { code, out, err } = await runWith(commands, args, files);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, message);
  });
}

test("config defaults is a config that validates, and validate names every problem of another", async () => {
  const { out } = await runWith(commands, ["config", "defaults"]);
  const valid = await runWith(commands, ["config", "validate", "c"], { c: out });
  assert.match(valid.out, /^c: valid, config hash [0-9a-f]{12}\n$/);
  const bad = "mode: fast\nproxy:\n  defaults:\n    proxy-cpu: 1\n    access-log: loud\n";
  const invalid = await runWith(commands, ["config", "validate", "c"], { c: bad });
  assert.equal(invalid.code, 2);
  for (const path of ["mode", "proxy.defaults.proxy-cpu", "proxy.defaults.access-log"]) {
    assert.ok(invalid.err.includes(`\n${path}`), invalid.err);
  }
});
