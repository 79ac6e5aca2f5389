/** The few names and numbers that everything shares. */
import fc from "fast-check";

export const namespaces = ["a", "b", "outrigger-system"] as const;
export const names = ["x", "y", "z"] as const;
export const portNumbers = [80, 443, 5432, 30_080] as const;

export const namespace = fc.constantFrom(...namespaces);
export const name = fc.constantFrom(...names);
export const port = fc.constantFrom(...portNumbers);
export const createdAt = fc.constantFrom(1, 2);
