/**
 * Loaded before the tests: with `PROPERTY_SEED` set, property tests draw the same cases each time, so that a continuous
 * integration run fails because of the change that it runs for. Without it each run draws its own, and a failure prints
 * its seed.
 */
import fc from "fast-check";

const seed = process.env["PROPERTY_SEED"];
if (seed !== undefined && seed !== "") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
