/**
 * Results as data, for scripts.
 */
import { stringify } from "yaml";

export const dataFormats = ["json", "yaml"] as const;
export type DataFormat = (typeof dataFormats)[number];

/** Kubernetes reads YAML 1.1, in which `on` and `yes` need quotes. */
export function renderData(data: object, format: DataFormat): string {
  return format === "json" ? `${JSON.stringify(data, undefined, 2)}\n` : stringify(data, { version: "1.1" });
}
