/**
 * The decision table: every row by itself, and each row against every later one.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { MeshConfig } from "../../../src/config/schema.ts";
import { injectPod } from "../../../src/injection/inject.ts";
import type { InjectionOutcome, NamespaceView } from "../../../src/injection/outcome.ts";
import { explainReason, injectReasons, rejectReasons, skipReasons } from "../../../src/injection/reasons.ts";
import type { Reason } from "../../../src/injection/reasons.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { app, configWith, contextWith, inject, podWith } from "../../injected-pods.ts";

interface World {
  readonly pod: Pod;
  readonly namespace: NamespaceView;
  readonly config: MeshConfig;
}

/** One condition of the table, as a change to the world. */
interface Row {
  readonly reason: Reason;
  readonly condition: string;
  readonly result: "injected" | "skipped";
  readonly apply: (world: World) => World;
  /** What the condition is written in: two rows that need the same cannot both hold. */
  readonly writes: string;
}

const plain: World = {
  pod: podWith(),
  namespace: { name: "shop", labels: {}, annotations: {} },
  config: configWith(),
};

function specPart(part: object): Row["apply"] {
  return (world) => ({ ...world, pod: { ...world.pod, spec: { ...world.pod.spec, ...part } } });
}

function annotation(key: string, text: string): Row["apply"] {
  return (world) => {
    const { metadata } = world.pod;
    return {
      ...world,
      pod: { ...world.pod, metadata: { ...metadata, annotations: { ...metadata?.annotations, [key]: text } } },
    };
  };
}

function label(key: string, text: string): Row["apply"] {
  return (world) => {
    const { metadata } = world.pod;
    return { ...world, pod: { ...world.pod, metadata: { ...metadata, labels: { ...metadata?.labels, [key]: text } } } };
  };
}

function namespaceName(name: string): Row["apply"] {
  return (world) => ({ ...world, namespace: { ...world.namespace, name } });
}

function namespaceLabel(text: string): Row["apply"] {
  return (world) => ({ ...world, namespace: { ...world.namespace, labels: { "outrigger.dev/injection": text } } });
}

function injectionConfig(part: Partial<MeshConfig["injection"]>): Row["apply"] {
  return (world) => ({
    ...world,
    config: { ...world.config, injection: { ...world.config.injection, ...part } },
  });
}

function container(name: string, list: "containers" | "initContainers"): Row["apply"] {
  return (world) => {
    const { spec } = world.pod;
    return { ...world, pod: { ...world.pod, spec: { ...spec, [list]: [...(spec[list] ?? []), { ...app, name }] } } };
  };
}

/** What an injected pod carries: the container and the status that goes with it. */
const carried = inject(podWith()).pod;
const carrySidecar: Row["apply"] = (world) =>
  annotation(
    "outrigger.dev/status",
    carried.metadata?.annotations?.["outrigger.dev/status"] ?? "",
  )(
    specPart({ initContainers: [...(carried.spec.initContainers ?? []), ...(world.pod.spec.initContainers ?? [])] })(
      world,
    ),
  );

const web = { matchLabels: { app: "web" } };

const rows: readonly Row[] = [
  {
    reason: "host-network",
    condition: "hostNetwork",
    result: "skipped",
    apply: specPart({ hostNetwork: true }),
    writes: "hostNetwork",
  },
  {
    reason: "mirror-pod",
    condition: "mirror pod",
    result: "skipped",
    apply: annotation("kubernetes.io/config.mirror", "x"),
    writes: "mirror",
  },
  {
    reason: "windows-pod",
    condition: "os windows",
    result: "skipped",
    apply: specPart({ os: { name: "windows" } }),
    writes: "os",
  },
  {
    reason: "windows-pod",
    condition: "node selector windows",
    result: "skipped",
    apply: specPart({ nodeSelector: { "kubernetes.io/os": "windows" } }),
    writes: "os",
  },
  ...["outrigger-system", "kube-system", "kube-public", "kube-node-lease"].map((name): Row => ({
    reason: "system-namespace",
    condition: `namespace ${name}`,
    result: "skipped",
    apply: namespaceName(name),
    writes: "namespace name",
  })),
  {
    reason: "system-namespace",
    condition: "a system namespace of the mesh config",
    result: "skipped",
    apply: injectionConfig({ systemNamespaces: ["storage", "shop"] }),
    writes: "namespace name",
  },
  {
    reason: "namespace-disabled",
    condition: "namespace disabled",
    result: "skipped",
    apply: namespaceLabel("disabled"),
    writes: "namespace label",
  },
  {
    reason: "already-injected",
    condition: "carries our sidecar",
    result: "injected",
    apply: carrySidecar,
    writes: "sidecar",
  },
  ...["istio-proxy", "linkerd-proxy", "kuma-sidecar"].flatMap((name): readonly Row[] =>
    (["containers", "initContainers"] as const).map((list) => ({
      reason: "other-mesh",
      condition: `${name} among ${list}`,
      result: "skipped",
      apply: container(name, list),
      writes: "other sidecar",
    })),
  ),
  {
    reason: "pod-opt-out",
    condition: "pod label false",
    result: "skipped",
    apply: label("outrigger.dev/inject", "false"),
    writes: "pod switch",
  },
  {
    reason: "pod-opt-out",
    condition: "pod annotation false",
    result: "skipped",
    apply: annotation("outrigger.dev/inject", "false"),
    writes: "pod switch",
  },
  {
    reason: "pod-opt-in",
    condition: "pod label true",
    result: "injected",
    apply: label("outrigger.dev/inject", "true"),
    writes: "pod switch",
  },
  {
    reason: "pod-opt-in",
    condition: "pod annotation true",
    result: "injected",
    apply: annotation("outrigger.dev/inject", "true"),
    writes: "pod switch",
  },
  {
    reason: "never-selector",
    condition: "neverInject selects",
    result: "skipped",
    apply: injectionConfig({ neverInject: [{ matchLabels: { app: "db" } }, web] }),
    writes: "neverInject",
  },
  {
    reason: "always-selector",
    condition: "alwaysInject selects",
    result: "injected",
    apply: injectionConfig({ alwaysInject: [web] }),
    writes: "alwaysInject",
  },
  {
    reason: "namespace-enabled",
    condition: "namespace enabled",
    result: "injected",
    apply: namespaceLabel("enabled"),
    writes: "namespace label",
  },
  {
    reason: "default-policy",
    condition: "default policy enabled",
    result: "injected",
    apply: injectionConfig({ defaultPolicy: "enabled" }),
    writes: "default policy",
  },
  {
    reason: "namespace-not-enabled",
    condition: "nothing else holds",
    result: "skipped",
    apply: (world) => world,
    writes: "default policy",
  },
];

function decide({ pod, namespace, config }: World): InjectionOutcome {
  return injectPod(pod, namespace, { ...contextWith(), config });
}

suite("each row decides by itself", () => {
  for (const { reason, condition, result, apply } of rows) {
    test(`${condition}: ${result}, ${reason}`, () => {
      const outcome = decide(apply(plain));
      assert.deepEqual([outcome.result, outcome.reason], [result, reason]);
    });
  }
  test("every reason of the table has its row", () => {
    const told = new Set<string>(rows.map(({ reason }) => reason));
    assert.deepEqual([...told].sort(), [...Object.keys(skipReasons), ...Object.keys(injectReasons)].sort());
  });
});

suite("an earlier row wins over every later one", () => {
  for (const [index, earlier] of rows.entries()) {
    for (const later of rows.slice(index + 1)) {
      if (earlier.writes === later.writes || earlier.reason === later.reason) continue;
      test(`${earlier.condition} before ${later.condition}`, () => {
        // In both orders: what is written last must not matter.
        for (const world of [later.apply(earlier.apply(plain)), earlier.apply(later.apply(plain))]) {
          assert.equal(decide(world).reason, earlier.reason);
        }
      });
    }
  }
});

suite("the pod's own wish", () => {
  test("the label wins over the annotation, both ways", () => {
    for (const [byLabel, byAnnotation, reason] of [
      ["true", "false", "pod-opt-in"],
      ["false", "true", "pod-opt-out"],
    ] as const) {
      const both = label("outrigger.dev/inject", byLabel)(annotation("outrigger.dev/inject", byAnnotation)(plain));
      assert.equal(decide(both).reason, reason);
    }
  });

  test("a wrong annotation is told although the label decides", () => {
    const outcome = decide(label("outrigger.dev/inject", "true")(annotation("outrigger.dev/inject", "maybe")(plain)));
    assert.equal(outcome.reason, "invalid-setting");
  });

  test("linux named as os is no reason to skip", () => {
    assert.equal(decide(specPart({ os: { name: "linux" } })(namespaceLabel("enabled")(plain))).result, "injected");
  });
});

suite("a value that is none of the allowed ones", () => {
  const wrong = ["", "True", "yes", "TRUE", "1", " true", "true\n", "__proto__", "ｔｒｕｅ"];
  for (const text of wrong) {
    for (const [place, apply] of [
      ["labels", label("outrigger.dev/inject", text)],
      ["annotations", annotation("outrigger.dev/inject", text)],
    ] as const) {
      test(`${JSON.stringify(text)} among ${place} refuses the pod and says what is allowed`, () => {
        const outcome = decide(apply(namespaceLabel("enabled")(plain)));
        assert.equal(outcome.result, "rejected");
        assert.equal(outcome.reason, "invalid-setting");
        const [problem] = outcome.problems;
        assert.equal(problem?.path, `metadata.${place}["outrigger.dev/inject"]`);
        assert.equal(problem.message, `${JSON.stringify(text)} is neither "true" nor "false"`);
        assert.equal(problem.hint, 'write "true" or "false"');
      });
    }
  }

  test("of the namespace, too: its label, by the namespace's name", () => {
    const outcome = decide(namespaceLabel("on")(plain));
    assert.deepEqual(outcome.result === "rejected" ? outcome.problems : [], [
      {
        path: 'namespace shop metadata.labels["outrigger.dev/injection"]',
        message: '"on" is neither "enabled" nor "disabled"',
        hint: 'write "enabled" or "disabled"',
      },
    ]);
  });

  test("does not matter where an earlier rule skips the pod", () => {
    const outcome = decide(specPart({ hostNetwork: true })(namespaceLabel("on")(plain)));
    assert.deepEqual([outcome.result, outcome.warnings], ["skipped", []]);
  });

  test("with userErrors: warn becomes a warning, and the rule has no answer", () => {
    const tolerant: Row["apply"] = (world) => ({ ...world, config: { ...world.config, userErrors: "warn" } });
    const enabled = tolerant(label("outrigger.dev/inject", "nope")(namespaceLabel("enabled")(plain)));
    const injected = decide(enabled);
    assert.deepEqual([injected.result, injected.reason], ["injected", "namespace-enabled"]);
    assert.deepEqual(injected.warnings, [
      'metadata.labels["outrigger.dev/inject"]: "nope" is neither "true" nor "false"; write "true" or "false"',
    ]);
    const skipped = decide(tolerant(label("outrigger.dev/inject", "nope")(plain)));
    assert.deepEqual([skipped.reason, skipped.warnings], ["namespace-not-enabled", injected.warnings]);
  });
});

test("another mesh's sidecar comes with a warning that names it", () => {
  const outcome = decide(container("linkerd-proxy", "containers")(namespaceLabel("enabled")(plain)));
  assert.deepEqual(outcome.warnings, ["the pod already carries linkerd-proxy, so it gets no second sidecar"]);
});

test("every reason has one sentence without its full stop", () => {
  const reasons = [...Object.keys(skipReasons), ...Object.keys(injectReasons), ...Object.keys(rejectReasons)];
  const sentences = reasons.map((reason) => explainReason(reason as Reason));
  assert.equal(new Set(sentences).size, reasons.length);
  for (const sentence of sentences) assert.match(sentence, /^[a-z].*[^.]$/);
});
