/**
 * What the schema cannot say: how fields of a mesh config fit each other, and what belongs to the annotations.
 */
import { parseQuantity } from "../kubernetes/quantity.ts";
import { parseCidrList } from "../net/cidr.ts";
import type { Parsed, Problem } from "../problem.ts";
import { checkOverlayNames, checkOverlays } from "./check-overlays.ts";
import { isJsonObject } from "../json-value.ts";
import { checkSelectors } from "./check-selectors.ts";
import type { MeshConfig } from "./schema.ts";

/**
 * Checks the entries of `proxy.defaults`, whose keys and values belong to the annotations. A parameter, because the
 * annotations are read by code that itself depends on the config.
 */
export type ValidateDefaults = (defaults: Readonly<Record<string, string>>, path: string) => readonly Problem[];

/** A check of fields against each other, which makes sense only where what stands at its path has its shape. */
interface MeaningCheck {
  readonly path: string;
  /** Whether the check passes over what has not its shape below the path by itself. */
  readonly tolerant?: boolean;
  readonly run: (config: MeshConfig) => readonly Problem[];
}

function meaningChecks(validateDefaults: ValidateDefaults): readonly MeaningCheck[] {
  return [
    {
      path: "injection.neverInject",
      run: (config) => checkSelectors(config.injection.neverInject, "injection.neverInject"),
    },
    {
      path: "injection.alwaysInject",
      run: (config) => checkSelectors(config.injection.alwaysInject, "injection.alwaysInject"),
    },
    { path: "mesh.ranges", run: ({ mesh }) => problemsOf(parseCidrList(mesh.ranges, "mesh.ranges")) },
    { path: "proxy.ephemeralStorage", run: (config) => checkStorage(config.proxy) },
    {
      path: "proxy.defaults",
      tolerant: true,
      run: (config) => validateDefaults(textsOf(config.proxy.defaults), "proxy.defaults"),
    },
    { path: "proxy.defaults", run: checkDefaultOverlays },
    { path: "overlays", run: (config) => checkOverlays(config.overlays, "overlays") },
  ];
}

function problemsOf(result: Parsed<unknown>): readonly Problem[] {
  return result.ok ? [] : result.problems;
}

function checkDefaultOverlays({ proxy, overlays }: MeshConfig): readonly Problem[] {
  if (!isJsonObject(overlays)) return [];
  return checkOverlayNames(proxy.defaults["overlays"] ?? "", overlays, "proxy.defaults.overlays");
}

/** Whether a problem of the shape keeps a check from being run: it lies at the check's path, above it, or under it. */
function blocks({ path: at }: Problem, { path, tolerant = false }: MeaningCheck): boolean {
  return at === "(document)" || at === path || path.startsWith(`${at}.`) || (!tolerant && at.startsWith(path));
}

function textsOf(record: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const texts = Object.entries(record).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(texts);
}

function checkStorage({
  ephemeralStorageRequest: request,
  ephemeralStorageLimit: limit,
}: MeshConfig["proxy"]): readonly Problem[] {
  if (request === "" || limit === "") return [];
  if ((parseQuantity(request) ?? 0n) <= (parseQuantity(limit) ?? 0n)) return [];
  const message = `the request "${request}" is greater than the limit "${limit}"`;
  return [
    { path: "proxy.ephemeralStorageRequest", message, hint: "lower the request or raise proxy.ephemeralStorageLimit" },
  ];
}

/**
 * Every contradiction in a config.
 *
 * @param misshapen what the schema found wrong; a check is left out where the part that it looks at is among it
 */
export function checkMeaning(
  config: MeshConfig,
  misshapen: readonly Problem[],
  validateDefaults: ValidateDefaults,
): readonly Problem[] {
  return meaningChecks(validateDefaults)
    .filter((check) => !misshapen.some((problem) => blocks(problem, check)))
    .flatMap(({ run }) => run(config));
}
