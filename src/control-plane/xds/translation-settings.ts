/** What an operator decides about the translation. */
import type { Cidr } from "../../net/cidr.ts";
import type { UnknownDestinations } from "./destination-cluster.ts";

export interface TranslationSettings {
  /** Ranges of pods and Services beside the private ones, where the cluster uses public addresses inside. */
  readonly ranges: readonly Cidr[];
  readonly unknownDestinations: UnknownDestinations;
}

export const defaultTranslationSettings: TranslationSettings = { ranges: [], unknownDestinations: "pass" };
