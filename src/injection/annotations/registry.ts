/**
 * Every setting a pod, a namespace or the mesh config can give a sidecar: one row each, with its parser, its built-in
 * default and what is allowed. Documentation, validation and typo hints all read this one table.
 */
import { parseCidrs, parseCidrSelection } from "../../net/cidr.ts";
import { parsePortRanges, parsePortSelection } from "../../net/port-range.ts";
import type { Parsed, Problem } from "../../problem.ts";
import { unparsable } from "../../problem.ts";
import { quote } from "../../quote.ts";
import { exceedsLimit } from "./resource-limits.ts";
import type { ValueParser } from "./values.ts";
import {
  integerBetween,
  listOf,
  oneOf,
  parseBoolean,
  parseImage,
  parseLogLevel,
  parsePercent,
  parseResource,
} from "./values.ts";

export interface Setting<T> {
  readonly parse: ValueParser<T>;
  /** In the annotation's own spelling. */
  readonly builtIn: string;
  /** What is allowed, in words, for the docs. */
  readonly allowed: string;
  readonly summary: string;
}

function setting<T>(parse: ValueParser<T>, builtIn: string, allowed: string, summary: string): Setting<T> {
  return { parse, builtIn, allowed, summary };
}

// Linux allows 15 bytes and almost any character; a name must also be safe in a firewall rule.
const interfaces = listOf(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/, "a network interface name", "eth1,net1");
const overlayNames = listOf(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, "the name of an overlay", "debug,high-memory");
const ports = "list of ports and ranges";

/** Annotation suffix -> setting. */
export const settings = {
  "proxy-image": setting(
    parseImage,
    "docker.io/envoyproxy/envoy:distroless-v1.40.0",
    "image reference",
    "the proxy's image",
  ),
  "proxy-cpu-request": setting(parseResource, "50m", "quantity, empty for none", "CPU request of the proxy"),
  "proxy-cpu-limit": setting(parseResource, "", "quantity, empty for none", "CPU limit of the proxy"),
  "proxy-memory-request": setting(parseResource, "64Mi", "quantity, empty for none", "memory request of the proxy"),
  "proxy-memory-limit": setting(parseResource, "", "quantity, empty for none", "memory limit of the proxy"),
  "proxy-log-level": setting(
    parseLogLevel,
    "warning",
    "`info` or `warning,upstream:debug`",
    "log level of the proxy, and of single components",
  ),
  "proxy-concurrency": setting(integerBetween(0, 1024), "2", "integer, 0 = all cores", "worker threads of the proxy"),
  "interception-mode": setting(
    oneOf("redirect", "tproxy", "none"),
    "redirect",
    "redirect, tproxy, none",
    "how traffic reaches the proxy; tproxy keeps the client's address",
  ),
  "include-inbound-ports": setting(parsePortSelection, "*", `\`*\` or ${ports}`, "inbound ports to capture"),
  "exclude-inbound-ports": setting(parsePortRanges, "", ports, "inbound ports to leave alone"),
  "include-outbound-ports": setting(
    parsePortRanges,
    "",
    ports,
    "outbound ports to capture whatever their destination address",
  ),
  "exclude-outbound-ports": setting(parsePortRanges, "", ports, "outbound ports to leave alone"),
  "include-outbound-cidrs": setting(
    parseCidrSelection,
    "*",
    "`*` or list of CIDRs, v4 and v6",
    "outbound destinations to capture",
  ),
  "exclude-outbound-cidrs": setting(parseCidrs, "", "list of CIDRs, v4 and v6", "outbound destinations to leave alone"),
  "exclude-interfaces": setting(interfaces, "", "list of interface names", "network interfaces to leave alone"),
  "opaque-ports": setting(
    parsePortRanges,
    "25,587,3306,4444,5432,6379,9300,11211",
    ports,
    "destination ports handled as plain TCP because the server speaks first",
  ),
  "native-sidecar": setting(
    oneOf("auto", "true", "false"),
    "auto",
    "auto, true, false",
    "whether the proxy is a native sidecar; auto asks the cluster's version",
  ),
  "hold-application": setting(
    parseBoolean,
    "true",
    "true, false",
    "start the application after the proxy is ready (classic containers only)",
  ),
  "rewrite-probes": setting(
    parseBoolean,
    "true",
    "true, false",
    "send the kubelet's probes and lifecycle hooks through the proxy",
  ),
  "drain-seconds": setting(
    integerBetween(0, 3600),
    "5",
    "integer from 0 to 3600",
    "how long the proxy drains inbound connections when the pod stops; 1 by default where the pod is meant to end",
  ),
  overlays: setting(overlayNames, "", "names from the mesh config, in order", "partial Pods merged over the result"),
  "access-log": setting(oneOf("off", "errors", "all"), "errors", "off, errors, all", "which requests the proxy logs"),
  "trace-sampling": setting(parsePercent, "1", "percent, 0 to 100", "share of requests traced"),
} as const;

export type SettingName = keyof typeof settings;

type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** Every setting's parsed value, by annotation suffix. */
export type SettingValues = { readonly [N in SettingName]: ValueOf<(typeof settings)[N]> };

export const settingNames: readonly SettingName[] = Object.keys(settings) as SettingName[];

/** Whether the suffix names a setting. */
export function isSettingName(suffix: string): suffix is SettingName {
  return Object.hasOwn(settings, suffix);
}

/** Characters of a value: several hundred ranges. Nothing bounds an annotation before admission, and lists cost time. */
const longestValue = 8192;

/** Parses the value of a setting that is known by its name only. */
export function parseSetting(name: SettingName, text: string, path: string): Parsed<SettingValues[SettingName]> {
  if (text.length > longestValue) {
    return unparsable(path, `${quote(text)} has ${text.length} characters`, `write at most ${longestValue}`);
  }
  const parse: ValueParser<SettingValues[SettingName]> = settings[name].parse;
  return parse(text, path);
}

/**
 * All that is wrong with the `proxy.defaults` of a mesh config.
 *
 * @param path the record's own path, e.g. `proxy.defaults`
 */
export function validateDefaults(defaults: Readonly<Record<string, string>>, path: string): readonly Problem[] {
  const problems = Object.entries(defaults).flatMap(([name, text]): readonly Problem[] => {
    const at = `${path}.${name}`;
    if (!isSettingName(name)) {
      const hint = `write one of: ${settingNames.join(", ")}`;
      return [{ path: at, message: `${quote(name)} is not a setting`, hint }];
    }
    const result = parseSetting(name, text, at);
    return result.ok ? [] : result.problems;
  });
  return problems.length > 0 ? problems : checkRequestsBelowLimits(defaults, path);
}

/** Requests above limits, with the built-in defaults for what the record leaves out: no pod could be made of them. */
function checkRequestsBelowLimits(defaults: Readonly<Record<string, string>>, path: string): readonly Problem[] {
  return (["cpu", "memory"] as const).flatMap((resource) => {
    const request = defaults[`proxy-${resource}-request`] ?? settings[`proxy-${resource}-request`].builtIn;
    const limit = defaults[`proxy-${resource}-limit`] ?? settings[`proxy-${resource}-limit`].builtIn;
    if (!exceedsLimit(request, limit)) return [];
    const message = `the ${resource} request ${request} is above the limit ${limit}`;
    const hint = `raise proxy-${resource}-limit or lower proxy-${resource}-request`;
    return [{ path: `${path}.proxy-${resource}-limit`, message, hint }];
  });
}
