/** Filters that send a copy of a request to another backend. */
import type { MirrorRecord } from "../../model/routes/route-record.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readLoneReference } from "./read-backend.ts";

const million = 1_000_000;
const highest = 2_147_483_647;

export function readMirror(settings: Field, ownNamespace: string): MirrorRecord | undefined {
  hasOnly(settings, ["backendRef", "percent", "fraction"]);
  if (!settings.at("percent").absent && !settings.at("fraction").absent) {
    settings.report("percent and fraction are both given", "keep one of the two");
  }
  const reference = readLoneReference(settings.at("backendRef"), ownNamespace);
  const perMillion = readShare(settings);
  return reference === undefined || perMillion === undefined ? undefined : { reference, perMillion };
}

function readShare(settings: Field): number | undefined {
  const percent = settings.at("percent");
  if (!percent.absent) {
    const hundredths = percent.whole(0, 100);
    return hundredths === undefined ? undefined : (hundredths * million) / 100;
  }
  const fraction = settings.at("fraction");
  if (fraction.absent) return million;
  hasOnly(fraction, ["numerator", "denominator"]);
  if (fraction.at("numerator").absent) fraction.report("the numerator is missing", "write it");
  const numerator = fraction.at("numerator").whole(0, highest);
  const denominator = fraction.at("denominator").absent ? 100 : fraction.at("denominator").whole(1, highest);
  if (numerator === undefined || denominator === undefined) return undefined;
  if (numerator <= denominator) return Math.round((numerator / denominator) * million);
  fraction.report(`${numerator}/${denominator} is more than all requests`, "let the numerator be the smaller one");
  return undefined;
}
