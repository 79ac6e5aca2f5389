/**
 * The init container's script on real kernels' rule sets: which it chooses, what it leaves alone, how it fails.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, before, beforeEach, describe, test } from "node:test";
import { renderCapture } from "../../../src/iptables/render-capture.ts";
import { capturePlan } from "../../capture-plans.ts";
import { initEnvironment, runInit } from "./init-container.ts";
import type { Namespace } from "./namespace.ts";
import { createNamespace } from "./namespace.ts";
import { requireNetworkTools } from "./requirements.ts";
import type { Backend } from "./saved-rules.ts";
import { only, savedRules } from "./saved-rules.ts";

const redirect = initEnvironment(renderCapture(capturePlan()));
const tproxy = initEnvironment(renderCapture(capturePlan({ "interception-mode": "tproxy" })));
const none = { v4: [], v6: [] };
const nothing = initEnvironment({ v4: "", v6: "", routing: "" });

/** As in a container: the root file system is read-only, and /dev/shm is not. */
const readOnlyRoot = "mount -o remount,bind,ro / && mount -t tmpfs none /run -o ro && mount -t tmpfs none /dev/shm";

/** Makes all programs of these backends fail, as they do where the kernel has nothing for them. */
function broken(...backends: readonly Backend[]): string {
  return backends
    .map((backend) => `mount --bind /bin/false "$(readlink -f "$(command -v iptables-${backend})")"`)
    .join(" && ");
}

before(requireNetworkTools);

let pod: Namespace;
beforeEach(async () => {
  pod = await createNamespace();
});
afterEach(() => pod.close());

describe("backend", () => {
  test("nft where there are no rules yet", () => {
    const { code, output } = runInit(pod, { environment: redirect });
    assert.equal(code, 0, output);
    assert.match(output, /using iptables-nft: it works, and no rules exist yet/);
    assert.match(savedRules(pod, "nft").v4.join(), /OUTRIGGER_INBOUND/);
    assert.deepEqual(savedRules(pod, "legacy"), none);
  });

  test("legacy where nft does not work", () => {
    const { code, output } = runInit(pod, { environment: redirect, prepare: broken("nft") });
    assert.equal(code, 0, output);
    assert.match(output, /using iptables-legacy: iptables-nft does not work here/);
    assert.match(savedRules(pod, "legacy").v6.join(), /OUTRIGGER_INBOUND/);
  });

  for (const backend of ["nft", "legacy"] as const) {
    const other = backend === "nft" ? "legacy" : "nft";

    test(`${backend} where it holds Kubernetes' chains, if the other holds rules too`, () => {
      pod.run(`iptables-${other}`, "-A", "INPUT", "-j", "ACCEPT");
      pod.run(`ip6tables-${backend}`, "-t", "mangle", "-N", "KUBE-KUBELET-CANARY");
      const { output } = runInit(pod, { environment: redirect });
      assert.match(output, new RegExp(`using iptables-${backend}: it holds the chains of Kubernetes`));
      assert.match(savedRules(pod, backend).v6.join(), /OUTRIGGER_INBOUND/);
      assert.deepEqual(only(savedRules(pod, other), /OUTRIGGER/), none);
    });

    test(`${backend} where it alone holds rules`, () => {
      pod.run(`iptables-${backend}`, "-A", "INPUT", "-j", "ACCEPT");
      const { output } = runInit(pod, { environment: redirect });
      assert.match(output, new RegExp(`using iptables-${backend}: it holds rules of others`));
    });

    test(`${backend} again where an earlier run used it, whatever came since`, () => {
      pod.run(`iptables-${backend}`, "-A", "INPUT", "-j", "ACCEPT");
      runInit(pod, { environment: redirect });
      pod.run(`iptables-${other}`, "-t", "nat", "-N", "KUBE-MARK-MASQ");
      const { output } = runInit(pod, { environment: tproxy });
      assert.match(output, new RegExp(`using iptables-${backend}: an earlier run used it`));
    });
  }
});

for (const backend of ["nft", "legacy"] as const) {
  describe(`rules in iptables-${backend}`, () => {
    beforeEach(() => {
      pod.run(`iptables-${backend}`, "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "7", "-j", "ACCEPT");
      pod.run(`ip6tables-${backend}`, "-t", "mangle", "-N", "FOREIGN");
      pod.run(`ip6tables-${backend}`, "-t", "mangle", "-A", "OUTPUT", "-p", "udp", "-j", "FOREIGN");
    });

    test("of others stay, in their place, when ours come, change and go", () => {
      const foreign = savedRules(pod, backend);
      for (const environment of [redirect, tproxy, redirect, nothing]) {
        const { code, output } = runInit(pod, { environment });
        assert.equal(code, 0, output);
        assert.deepEqual(only(savedRules(pod, backend), /FOREIGN|dport 7 /), foreign);
      }
      assert.deepEqual(savedRules(pod, backend), foreign);
    });

    test("of ours become exactly the new ones", async () => {
      runInit(pod, { environment: tproxy });
      runInit(pod, { environment: redirect });
      const fresh = await createNamespace();
      fresh.run(`iptables-${backend}`, "-t", "nat", "-N", "KUBE-MARK-MASQ");
      runInit(fresh, { environment: redirect });
      assert.deepEqual(only(savedRules(pod, backend), /OUTRIGGER/), only(savedRules(fresh, backend), /OUTRIGGER/));
      await fresh.close();
    });

    test("stay in their place among others where they are right already", () => {
      runInit(pod, { environment: redirect });
      pod.run(`iptables-${backend}`, "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "9", "-j", "ACCEPT");
      const earlier = savedRules(pod, backend);
      runInit(pod, { environment: redirect });
      assert.deepEqual(savedRules(pod, backend), earlier);
    });

    test("stay as they were, in both families, when one is refused", () => {
      runInit(pod, { environment: redirect });
      const earlier = savedRules(pod, backend);
      const v6 = (tproxy["OUTRIGGER_IPTABLES_V6"] ?? "").replace("--on-port 15006", "--on-port none");
      const { code, output } = runInit(pod, { environment: { ...tproxy, OUTRIGGER_IPTABLES_V6: v6 } });
      assert.equal(code, 1);
      assert.match(output, new RegExp(`error: the kernel did not take the rules.*ip6tables-${backend}-restore: `, "s"));
      assert.deepEqual(savedRules(pod, backend), earlier);
    });

    for (const shell of [["dash"], ["busybox", "sh"]]) {
      test(`can be set by ${shell.join(" ")} with a read-only root file system and two capabilities`, () => {
        const { code, output } = runInit(pod, { environment: tproxy, shell, prepare: readOnlyRoot });
        assert.equal(code, 0, output);
        assert.match(savedRules(pod, backend).v6.join(), /TPROXY/);
      });
    }
  });
}

describe("addresses and routes", () => {
  test("are there once, however often they are set", () => {
    for (const environment of [tproxy, tproxy]) assert.equal(runInit(pod, { environment }).code, 0);
    assert.match(pod.run("ip", "-6", "address", "show", "dev", "lo"), /inet6 ::6\/128 scope global deprecated/);
    for (const family of ["-4", "-6"]) {
      assert.equal(pod.run("ip", family, "rule", "list").match(/fwmark 0x539 lookup 133/g)?.length, 1);
      assert.match(pod.run("ip", family, "route", "show", "table", "133"), /^local default dev lo/);
    }
  });

  test("of IPv6 are left out where the pod has it switched off", () => {
    pod.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/lo/disable_ipv6");
    const { code, output } = runInit(pod, { environment: redirect });
    assert.equal(code, 0, output);
    assert.match(output, /IPv6 is switched off in this pod: the address ::6\/128 is left out/);
  });
});

describe("busybox for the proxy's postStart hook", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "outrigger-hold-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("is left where the injector says, also when there is one", () => {
    for (const environment of [nothing, nothing]) {
      const { code, output } = runInit(pod, { environment: { ...environment, OUTRIGGER_HOLD_DIRECTORY: folder } });
      assert.equal(code, 0, output);
      assert.equal(execFileSync(join(folder, "busybox"), ["echo", "here"], { encoding: "utf8" }), "here\n");
    }
  });

  test("is an error where it cannot be left", () => {
    const environment = { ...nothing, OUTRIGGER_HOLD_DIRECTORY: join(folder, "absent") };
    const { code, output } = runInit(pod, { environment });
    assert.equal(code, 1);
    assert.match(output, /busybox cannot be left in /);
  });
});

describe("a native sidecar", () => {
  test("is waited for, when capture is set up", () => {
    const folder = mkdtempSync(join(tmpdir(), "outrigger-ready-"));
    try {
      writeFileSync(join(folder, "ready"), "LIVE\n");
      const server = `timeout 10 busybox httpd -f -p 127.0.0.1:15000 -h ${folder}`;
      const prepare = `ip link set lo up; (sleep 1; exec ${server}) >/dev/null 2>&1 &`;
      const environment = { ...redirect, OUTRIGGER_WAIT_FOR: "http://127.0.0.1:15000/ready" };
      const start = performance.now();
      const { code, output } = runInit(pod, { environment, prepare: `${prepare} :` });
      assert.equal(code, 0, output);
      assert.match(output, /capture is set up\n.*the proxy is ready\n$/s);
      assert.ok(performance.now() - start > 1_000, "it did not wait");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("that never becomes ready is told of, and the container ends when it is told to", () => {
    const environment = { ...nothing, OUTRIGGER_WAIT_FOR: "http://127.0.0.1:15000/ready" };
    const shell = ["timeout", "8", "sh"];
    const { code, output } = runInit(pod, { environment, shell });
    assert.equal(code, 124, output);
    assert.match(output, /waiting for the proxy, which is not ready: see the log of outrigger-proxy/);
  });
});

describe("it fails and says why", () => {
  test("without NET_ADMIN", () => {
    const { code, output } = runInit(pod, { environment: redirect, capabilities: "-all,+net_raw" });
    assert.equal(code, 1);
    assert.match(output, /lacks the capability NET_ADMIN/);
  });

  test("where neither backend works", () => {
    const prepare = broken("nft", "legacy");
    const { code, output } = runInit(pod, { environment: redirect, prepare });
    assert.equal(code, 1);
    assert.match(output, /the kernel did not take the rules \(nft, legacy\).*modprobe/s);
  });

  for (const name of ["OUTRIGGER_IPTABLES_V4", "OUTRIGGER_IPTABLES_V6", "OUTRIGGER_ROUTING"]) {
    test(`without ${name}`, () => {
      const environment = Object.fromEntries(Object.entries(redirect).filter(([key]) => key !== name));
      const { code, output } = runInit(pod, { environment });
      assert.equal(code, 64);
      assert.match(output, /must be set, if to nothing/);
    });
  }

  for (const line of [
    "-A OUTPUT -j DROP",
    "-F",
    "*filter",
    "-A OUTPUT -j KUBE-MARK-MASQ",
    ":FORWARD DROP [0:0]",
    "-P OUTPUT DROP",
  ]) {
    test(`for a rule that is none of Outrigger's: ${line}`, () => {
      const { code, output } = runInit(pod, {
        environment: { ...nothing, OUTRIGGER_IPTABLES_V4: `*nat\n${line}\nCOMMIT` },
      });
      assert.equal(code, 64);
      assert.ok(output.includes(`has a line that is none of Outrigger's: ${line}`), output);
    });
  }

  for (const step of [
    "local-address IPv6 ::6/128; touch /tmp/x",
    "local-address IPv5 ::6/128",
    "local-address IPv6 $(id)",
    "local-mark IPv4 1337",
    "local-mark IPv4 1337 main",
    "local-mark IPv4 1337 1337 1337",
    "rule add",
    "*",
  ]) {
    test(`for a routing step that is none: ${step}`, () => {
      const { code, output } = runInit(pod, { environment: { ...nothing, OUTRIGGER_ROUTING: step } });
      assert.equal(code, 64);
      assert.ok(output.includes(`has a line that is no step: ${step}`), output);
    });
  }
});
