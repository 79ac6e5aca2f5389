/**
 * Whether the labels and annotations of namespaces say what their authors mean. Pure.
 */
import { injectionLabel } from "../../injection/keys.ts";
import type { NamespaceView } from "../../injection/outcome.ts";
import { warnOfUnknownKeys } from "../../injection/unknown-keys.ts";
import { nearestWord } from "../../nearest-word.ts";
import { quote } from "../../quote.ts";
import type { Attempt } from "../attempt.ts";
import type { Check } from "../check.ts";
import { failure, ok, warning } from "../check.ts";

const group = "namespaces";
const values = { group, name: "namespace-labels" };
const keys = { group, name: "namespace-keys" };
const otherMeshes = { group, name: "other-meshes" };

const switches = ["enabled", "disabled"];

/** Labels and annotations by which other meshes are switched on for a namespace. Sources: their documentation. */
const otherSwitches: readonly (readonly [key: string, on: RegExp])[] = [
  ["istio-injection", /^enabled$/],
  ["istio.io/rev", /./],
  ["linkerd.io/inject", /^(enabled|ingress)$/],
  ["kuma.io/sidecar-injection", /^(enabled|true)$/],
  ["consul.hashicorp.com/connect-inject", /^true$/],
];

function describeValue({ name, labels }: NamespaceView): readonly string[] {
  const value = labels[injectionLabel];
  if (value === undefined || switches.includes(value)) return [];
  const nearest = nearestWord(value, switches);
  const hint = nearest === undefined ? "write enabled or disabled" : `did you mean ${nearest}?`;
  return [`${name}: ${injectionLabel}: ${quote(value)}; ${hint}`];
}

function describeOthers({ name, labels, annotations }: NamespaceView): readonly string[] {
  return otherSwitches.flatMap(([key, on]) => {
    const value = labels[key] ?? annotations[key];
    return value !== undefined && on.test(value) ? [`${name}: ${key}: ${value}`] : [];
  });
}

function checkValues(namespaces: readonly NamespaceView[]): Check {
  const wrong = namespaces.flatMap(describeValue);
  const enabled = namespaces.filter(({ labels }) => labels[injectionLabel] === "enabled").length;
  if (wrong.length > 0) {
    const message = `${wrong.length} namespaces have a label that is neither enabled nor disabled: their pods are refused`;
    return failure(values, message, `kubectl label --overwrite namespace NAME ${injectionLabel}=enabled`, wrong);
  }
  return ok(values, enabled === 1 ? "one namespace is enabled" : `${enabled} namespaces are enabled`);
}

function checkKeys(namespaces: readonly NamespaceView[]): readonly Check[] {
  const found = namespaces.flatMap(({ name, labels, annotations }) =>
    warnOfUnknownKeys("namespace", labels, annotations).map((text) => `${name}: ${text}`),
  );
  if (found.length === 0) return [];
  const message = "labels or annotations of namespaces look like Outrigger's and have no effect";
  return [warning(keys, message, "correct their spelling, or remove them", found)];
}

/** Only a hint: another mesh may well be there on purpose. */
function checkOthers(namespaces: readonly NamespaceView[]): readonly Check[] {
  const found = namespaces.flatMap(describeOthers);
  return found.length === 0
    ? []
    : [ok(otherMeshes, "namespaces are marked for another mesh, which Outrigger ignores", found)];
}

/** All of them. */
export function checkNamespaces(namespaces: Attempt<readonly NamespaceView[]>): readonly Check[] {
  if (namespaces.state !== "known") {
    const why = namespaces.state === "unknown" ? namespaces.why : "there are none";
    return [warning(values, `the namespaces could not be read: ${why}`, "run as an administrator")];
  }
  return [checkValues(namespaces.value), ...checkKeys(namespaces.value), ...checkOthers(namespaces.value)];
}
