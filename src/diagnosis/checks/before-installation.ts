/**
 * Whether this user may install Outrigger, and whether there is room for it. Pure.
 */
import { describeObject } from "../../installation/manifest.ts";
import { partOfLabel, partOfOutrigger, requireSidecarPolicy, systemNamespace } from "../../installation/names.ts";
import type { NamespaceView } from "../../injection/outcome.ts";
import { injectionLabel } from "../../injection/keys.ts";
import type { Attempt } from "../attempt.ts";
import type { Check } from "../check.ts";
import { failure, ok, warning } from "../check.ts";
import type { ExistingObject, Right } from "../preflight-facts.ts";

const group = "installation";
const permissions = { group, name: "permissions" };
const names = { group, name: "names-are-free" };
const podSecurity = { group, name: "system-namespace" };

function describeRight({ verb, resource, namespace }: Right): string {
  return `${verb} ${resource}${namespace === undefined ? "" : ` in ${namespace}`}`;
}

/** Whether this user has every right that the installation needs. */
export function checkRights(rights: readonly Right[]): Check {
  const denied = rights.filter(({ granted }) => granted.state === "known" && !granted.value);
  const unsure = rights.filter(({ granted }) => granted.state !== "known");
  if (denied.length > 0) {
    const message = `this user lacks ${denied.length} of the ${rights.length} rights that the installation needs`;
    const fix = "install as a cluster administrator, or have these rights granted";
    return failure(permissions, message, fix, denied.map(describeRight));
  }
  if (unsure.length > 0) {
    const message = `the API server did not say whether this user has ${unsure.length} of the rights needed`;
    return warning(permissions, message, "try `outrigger install --dry-run`", unsure.map(describeRight));
  }
  return ok(permissions, "this user has every right that the installation needs");
}

/** Whether objects of the same names belong to somebody else. */
export function checkNames(existing: readonly ExistingObject[]): Check {
  const foreign = existing.filter(
    ({ shipped, found }) =>
      found.state === "known" &&
      // The policy of the high-availability variant once carried no label of ours.
      shipped.metadata.name !== requireSidecarPolicy &&
      found.value.metadata?.labels?.[partOfLabel] !== partOfOutrigger,
  );
  if (foreign.length > 0) {
    const message = `${foreign.length} objects of the installation exist already and are not marked as Outrigger's`;
    const fix = `rename or remove them; where they are Outrigger's after all, label them ${partOfLabel}=${partOfOutrigger}`;
    return failure(
      names,
      message,
      fix,
      foreign.map(({ shipped }) => describeObject(shipped)),
    );
  }
  const present = existing.filter(({ found }) => found.state === "known").length;
  return ok(
    names,
    present === 0 ? "no object of the installation exists yet" : "all objects that exist are Outrigger's",
  );
}

/** Whether the namespace, where it exists, is as the injector needs it. */
export function checkSystemNamespace(namespace: Attempt<NamespaceView>): Check {
  if (namespace.state !== "known") return ok(podSecurity, `namespace ${systemNamespace} will be made`);
  const { labels } = namespace.value;
  if (labels[injectionLabel] !== "disabled") {
    const message = `namespace ${systemNamespace} is not labelled ${injectionLabel}=disabled: the injector could wait for itself`;
    return warning(podSecurity, message, "`outrigger install` sets the label");
  }
  const level = labels["pod-security.kubernetes.io/enforce"];
  if (level !== "restricted") {
    const message = `namespace ${systemNamespace} does not enforce Pod Security "restricted" (${level ?? "not set"})`;
    return warning(podSecurity, message, "`outrigger install` sets the label; the injector's pods comply");
  }
  return ok(podSecurity, `namespace ${systemNamespace} enforces Pod Security "restricted"`);
}
