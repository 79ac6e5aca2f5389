/**
 * Every annotation has a table of bad values, each of which refuses the pod and says where, what and how to fix it.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { SettingName } from "../../../src/injection/annotations/registry.ts";
import { settingNames, settings } from "../../../src/injection/annotations/registry.ts";
import { injectPod } from "../../../src/injection/inject.ts";
import { contextWith, inject, namespaceWith, ours, podWith, refuse } from "../../injected-pods.ts";
import { contextFor, podFor, visibleEffects } from "./visible-effects.ts";

/** Bad for every setting: no list, number or word is written so. */
const badForAll = [
  "a\nname: evil",
  "\u0000",
  "$(POD_IP) `x`",
  "__proto__ x",
  "1,2,,",
  "💥",
  "{}",
  "null x",
  "x".repeat(8193),
];

const badResources = [
  "lots",
  "-1",
  "0",
  "0Mi",
  "1 Gi",
  "1gi",
  "1K",
  "٥m",
  "１",
  "1e999",
  "NaN",
  "Infinity",
  "0x10",
  "5m\n",
  "1,5",
  "--1",
  "1Mi2",
  "9".repeat(65),
];
const badPorts = [
  "abc",
  "0",
  "65536",
  "80-",
  "-80",
  "90-80",
  "80;443",
  "80 443",
  "8\n0",
  "８０",
  "1e3",
  "80.5",
  "http",
  "80,*",
  ",",
  "+80",
  "0x50",
];
const badCidrs = [
  "abc",
  "10.0.0.0/33",
  "10.0.0.256",
  "10.0.0/8",
  "fd00::/129",
  "fe80::1%eth0",
  "::1/-1",
  "10.0.0.0/",
  "10.0.0.0/8/8",
  "10.0.0.0/8 -j ACCEPT",
  "10.0.0.0/８",
  "example.com",
  "10.0.0.0/1e1",
];
const badIntegers = ["-1", "1.5", "two", "", " 2", "2\n", "0x2", "２", "1e1", "9".repeat(400), "+2"];
const badWords = ["", "REDIRECT", " true", "true ", "yes", "on", "1", "TRUE", "True", "constructor", "__proto__"];

const bad: Readonly<Record<SettingName, readonly string[]>> = {
  "proxy-image": [
    "",
    " envoy",
    "envoy:",
    "Envoy",
    "envoy:v 1",
    "envoy@sha256:abc",
    "https://registry/envoy",
    "/envoy",
    "envoy:v1\n",
    "envoy'",
    "registry:port/envoy",
    "énvoy",
    `a/${"b".repeat(600)}`,
  ],
  "proxy-cpu-request": badResources,
  "proxy-cpu-limit": badResources,
  "proxy-memory-request": badResources,
  "proxy-memory-limit": badResources,
  "proxy-log-level": [
    "",
    "loud",
    "INFO",
    "info,",
    "upstream:debug",
    "info,upstream",
    "info,upstream:loud",
    "info, upstream:debug",
    "info --base-id 1",
    "info\n",
  ],
  "proxy-concurrency": [...badIntegers, "1025", "all"],
  "interception-mode": [...badWords, "iptables", "Redirect", "redirect\n"],
  "include-inbound-ports": badPorts,
  "exclude-inbound-ports": [...badPorts, "*"],
  "include-outbound-ports": [...badPorts, "*"],
  "exclude-outbound-ports": [...badPorts, "*"],
  "include-outbound-cidrs": [...badCidrs, "*,10.0.0.0/8"],
  "exclude-outbound-cidrs": [...badCidrs, "*"],
  "exclude-interfaces": [
    "-i",
    "eth+",
    "eth0 -j ACCEPT",
    "!eth0",
    "eth1,,eth2",
    "a-name-too-long0",
    "eth\n1",
    "étage",
    "*",
  ],
  "opaque-ports": [...badPorts, "*"],
  "native-sidecar": badWords,
  "hold-application": badWords,
  "rewrite-probes": badWords,
  "drain-seconds": [...badIntegers, "3601", "5s"],
  overlays: ["Debug", "-a", "a b", "a/b", "a,,b", "__proto__", "constructor", "missing", "a".repeat(64)],
  "access-log": [...badWords, "json", "All"],
  "trace-sampling": ["", "-1", "101", "100.1", "1%", "1/100", ".5", "1e1", "１", "0.00001", "NaN", "half"],
};

for (const name of settingNames) {
  const key = `outrigger.dev/${name}`;
  suite(`${name}: refused`, () => {
    for (const text of [...bad[name], ...badForAll]) {
      const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
      test(shown, () => {
        const effect = visibleEffects[name];
        const problems = refuse(podFor(effect, { [key]: text }), contextFor(effect));
        for (const { path, message, hint } of problems) {
          assert.equal(path, `metadata.annotations["${key}"]`);
          assert.match(message, /^".* (?:is not|has) /s);
          assert.ok(hint.length > 0);
          assert.ok(message.length < 200 && !message.includes("\n"), message);
        }
        assert.ok(problems.length > 0);
      });
    }

    test("the namespace's value is named as the namespace's", () => {
      const problems = refuse(podWith(), contextWith(), namespaceWith({ [key]: "a\nb" }));
      assert.equal(problems[0]?.path, `namespace shop metadata.annotations["${key}"]`);
    });
  });
}

test("the message names what is allowed", () => {
  const hints = settingNames.map((name) => refuse(podWith(ours({ [name]: "a\nb" })))[0]?.hint);
  assert.deepEqual(Object.fromEntries(settingNames.map((name, index) => [name, hints[index]])), {
    "proxy-image": "write [registry/]name[:tag][@digest], e.g. envoyproxy/envoy:v1.40.0",
    "proxy-cpu-request": "write a positive Kubernetes quantity, e.g. 100m or 64Mi",
    "proxy-cpu-limit": "write a positive Kubernetes quantity, e.g. 100m or 64Mi",
    "proxy-memory-request": "write a positive Kubernetes quantity, e.g. 100m or 64Mi",
    "proxy-memory-limit": "write a positive Kubernetes quantity, e.g. 100m or 64Mi",
    "proxy-log-level":
      "write one of trace, debug, info, warning, warn, error, critical, off, then components if any, e.g. warning,upstream:debug",
    "proxy-concurrency": "write a whole number from 0 to 1024",
    "interception-mode": "write one of: redirect, tproxy, none",
    "include-inbound-ports": "write ports from 1 to 65535, separated by commas, e.g. 80,8000-8099",
    "exclude-inbound-ports": "write ports from 1 to 65535, separated by commas, e.g. 80,8000-8099",
    "include-outbound-ports": "write ports from 1 to 65535, separated by commas, e.g. 80,8000-8099",
    "exclude-outbound-ports": "write ports from 1 to 65535, separated by commas, e.g. 80,8000-8099",
    "include-outbound-cidrs": "write ranges in CIDR notation, separated by commas, e.g. 10.0.0.0/8,fd00::/8",
    "exclude-outbound-cidrs": "write ranges in CIDR notation, separated by commas, e.g. 10.0.0.0/8,fd00::/8",
    "exclude-interfaces": "write them separated by commas, e.g. eth1,net1",
    "opaque-ports": "write ports from 1 to 65535, separated by commas, e.g. 80,8000-8099",
    "native-sidecar": "write one of: auto, true, false",
    "hold-application": 'write "true" or "false"',
    "rewrite-probes": 'write "true" or "false"',
    "drain-seconds": "write a whole number from 0 to 3600",
    overlays: "write them separated by commas, e.g. debug,high-memory",
    "access-log": "write one of: off, errors, all",
    "trace-sampling": "write a number from 0 to 100, e.g. 12.5",
  });
});

suite("several problems", () => {
  test("are told all at once, pod and namespace together", () => {
    const namespace = namespaceWith(ours({ "drain-seconds": "soon" }));
    const pod = podWith(ours({ "proxy-image": "", "exclude-inbound-ports": "a,80,b", "proxy-concurrency": "x" }));
    assert.deepEqual(
      refuse(pod, contextWith(), namespace).map(({ path, message }) => `${path}: ${message}`),
      [
        'namespace shop metadata.annotations["outrigger.dev/drain-seconds"]: "soon" is not a whole number in range',
        'metadata.annotations["outrigger.dev/proxy-image"]: "" is not an image reference',
        'metadata.annotations["outrigger.dev/exclude-inbound-ports"]: "a" is not a port or a range of ports',
        'metadata.annotations["outrigger.dev/exclude-inbound-ports"]: "b" is not a port or a range of ports',
        'metadata.annotations["outrigger.dev/proxy-concurrency"]: "x" is not a whole number in range',
      ],
    );
  });

  test("do not matter to a pod that is skipped", () => {
    const outcome = injectPod(
      podWith(ours({ "proxy-image": "" }), { hostNetwork: true }),
      namespaceWith(),
      contextWith(),
    );
    assert.equal(outcome.result, "skipped");
  });

  test("with userErrors: warn, are warnings, and the level below has its say", () => {
    const context = contextWith({ userErrors: "warn", proxy: { defaults: { "drain-seconds": "7" } } });
    const namespace = namespaceWith(ours({ "proxy-concurrency": "3", "drain-seconds": "soon" }));
    const outcome = inject(podWith(ours({ "proxy-concurrency": "x", "proxy-image": "" })), context, namespace);
    assert.equal(outcome.settings.concurrency, 3);
    assert.equal(outcome.settings.drainSeconds, 7);
    assert.equal(outcome.settings.proxyImage, settings["proxy-image"].builtIn);
    assert.equal(outcome.warnings.length, 3);
    assert.match(outcome.warnings[0] ?? "", /drain-seconds.*"soon" is not a whole number in range; write a whole/);
  });
});
