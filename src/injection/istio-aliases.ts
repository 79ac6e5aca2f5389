/**
 * Istio's annotations, read as aliases of ours where the mesh config says `compatibility.istio: true`, so that workloads
 * can move without being edited first. Source: Istio's annotation reference.
 */
import { parse } from "yaml";
import { isJsonObject } from "../json-value.ts";
import { quote } from "../quote.ts";
import type { SettingName } from "./annotations/registry.ts";

/** Istio's own switch, label or annotation. */
export const istioInjectKey = "sidecar.istio.io/inject";

const proxyConfigKey = "proxy.istio.io/config";

/** Istio's annotation -> our setting; the value has the same form in both. */
export const istioAliases: Readonly<Record<string, SettingName>> = {
  "sidecar.istio.io/proxyImage": "proxy-image",
  "sidecar.istio.io/proxyCPU": "proxy-cpu-request",
  "sidecar.istio.io/proxyCPULimit": "proxy-cpu-limit",
  "sidecar.istio.io/proxyMemory": "proxy-memory-request",
  "sidecar.istio.io/proxyMemoryLimit": "proxy-memory-limit",
  "sidecar.istio.io/logLevel": "proxy-log-level",
  "sidecar.istio.io/interceptionMode": "interception-mode",
  "sidecar.istio.io/rewriteAppHTTPProbers": "rewrite-probes",
  "sidecar.istio.io/nativeSidecar": "native-sidecar",
  "traffic.sidecar.istio.io/includeInboundPorts": "include-inbound-ports",
  "traffic.sidecar.istio.io/excludeInboundPorts": "exclude-inbound-ports",
  "traffic.sidecar.istio.io/includeOutboundPorts": "include-outbound-ports",
  "traffic.sidecar.istio.io/excludeOutboundPorts": "exclude-outbound-ports",
  "traffic.sidecar.istio.io/includeOutboundIPRanges": "include-outbound-cidrs",
  "traffic.sidecar.istio.io/excludeOutboundIPRanges": "exclude-outbound-cidrs",
  "traffic.sidecar.istio.io/excludeInterfaces": "exclude-interfaces",
};

/** Fields of `proxy.istio.io/config` that we have a setting for. */
export const proxyConfigAliases: Readonly<Record<string, SettingName>> = {
  holdApplicationUntilProxyStarts: "hold-application",
  concurrency: "proxy-concurrency",
};

const prefixes: readonly string[] = ["sidecar.istio.io/", "traffic.sidecar.istio.io/", "proxy.istio.io/"];

/** Istio writes these itself; there is nothing to say about them. */
const silent: readonly string[] = [istioInjectKey, proxyConfigKey, "sidecar.istio.io/status"];

/** One value that an Istio annotation gives one of our settings. */
export interface AliasedValue {
  readonly setting: SettingName;
  readonly text: string;
  /** The Istio annotation, for problems and `explain`. */
  readonly key: string;
}

export interface IstioAnnotations {
  readonly values: readonly AliasedValue[];
  /** One sentence for each annotation that has no counterpart here. */
  readonly warnings: readonly string[];
}

/** Istio spells the modes in capitals; every other value is written as ours are. */
function translate(setting: SettingName, text: string): string {
  return setting === "interception-mode" ? text.toLowerCase() : text;
}

/** Characters; Istio's own examples have a few hundred. YAML is dear to read, and nothing bounds an annotation before admission. */
const longestProxyConfig = 8192;

function parseProxyConfig(text: string): unknown {
  if (text.length > longestProxyConfig) return undefined;
  try {
    return parse(text, { version: "1.1", maxAliasCount: 0, logLevel: "error" });
  } catch {
    return undefined;
  }
}

function readProxyConfig(text: string): IstioAnnotations {
  const config = parseProxyConfig(text);
  if (!isJsonObject(config)) {
    const unreadable = `annotation ${proxyConfigKey} is not a YAML object of at most ${longestProxyConfig} characters and is ignored`;
    return { values: [], warnings: [unreadable] };
  }
  const values: AliasedValue[] = [];
  const warnings: string[] = [];
  for (const [field, value] of Object.entries(config)) {
    const setting = Object.hasOwn(proxyConfigAliases, field) ? proxyConfigAliases[field] : undefined;
    if (setting === undefined) warnings.push(`${quote(field)} of annotation ${proxyConfigKey} has no counterpart here`);
    else {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      values.push({ setting, text, key: `${proxyConfigKey} (${field})` });
    }
  }
  return { values, warnings };
}

/** Reads every Istio annotation of a pod or a namespace. */
export function readIstioAnnotations(annotations: Readonly<Record<string, string>>): IstioAnnotations {
  const values: AliasedValue[] = [];
  const warnings: string[] = [];
  for (const [key, text] of Object.entries(annotations)) {
    if (!prefixes.some((prefix) => key.startsWith(prefix))) continue;
    const setting = Object.hasOwn(istioAliases, key) ? istioAliases[key] : undefined;
    if (setting !== undefined) values.push({ setting, text: translate(setting, text), key });
    else if (key === proxyConfigKey) {
      const config = readProxyConfig(text);
      values.push(...config.values);
      warnings.push(...config.warnings);
    } else if (!silent.includes(key)) warnings.push(`annotation ${key} has no counterpart here and is ignored`);
  }
  return { values, warnings };
}
