/** Reads which replica a request goes to. */
import { nextPrime } from "./next-prime.ts";
import type { Algorithm, HashKey, HashTable, LoadBalancer, Locality, SlowStart } from "../../model/traffic-policy.ts";
import { readDuration } from "../duration.ts";
import type { Field } from "../field.ts";
import {
  onlyOneOf,
  readPositiveDuration,
  readGroup,
  readInteger,
  readItems,
  readPercent,
  readText,
  readToken,
  requireField,
} from "./values.ts";

const algorithms = ["roundRobin", "leastRequest", "random", "consistentHash"] as const;
type AlgorithmName = (typeof algorithms)[number];

export function readLoadBalancer(field: Field): LoadBalancer | undefined {
  return readGroup(field, ["algorithm", "slowStart", "consistentHash", "minHealthyPercent"], () => {
    const name = field.at("algorithm").oneOf(algorithms) ?? "leastRequest";
    return {
      algorithm: readAlgorithm(name, field),
      // Envoy's own: where most are ill, it is more likely the check or the client that is.
      minHealthyPercent: readPercent(field.at("minHealthyPercent")) ?? 50,
    };
  });
}

function readAlgorithm(name: AlgorithmName, field: Field): Algorithm {
  const [slowStart, hash] = [field.at("slowStart"), field.at("consistentHash")];
  if (!hash.absent && name !== "consistentHash") {
    hash.report(`it is for another algorithm than ${name}`, "write algorithm: consistentHash, or leave it out");
  }
  if (!slowStart.absent && (name === "consistentHash" || name === "random")) {
    slowStart.report(`${name} has no slow start`, "write algorithm: roundRobin or leastRequest, or leave it out");
  }
  if (name === "random") return { kind: name };
  if (name !== "consistentHash") return { kind: name, slowStart: readSlowStart(slowStart) };
  return { kind: name, ...readHash(requireField(hash, "say by what requests are told apart")) };
}

function readSlowStart(field: Field): SlowStart | undefined {
  return readGroup(field, ["window", "minWeightPercent"], () => ({
    windowMs: readPositiveDuration(requireField(field.at("window"), "write for instance 30s")) ?? 0,
    minWeightPercent: readPercent(field.at("minWeightPercent")) ?? 10,
  }));
}

const keys = ["header", "cookie", "queryParameter", "source"] as const;

function readHash(field: Field): { readonly key: HashKey; readonly table: HashTable } {
  readGroup(field, [...keys, "maglev", "ring"], () => undefined);
  const kind = field.absent ? undefined : onlyOneOf(field, keys);
  return { key: readKey(kind ?? "source", field), table: readTable(field) };
}

function readKey(kind: (typeof keys)[number], field: Field): HashKey {
  const key = field.at(kind);
  if (kind === "source") {
    readGroup(key, [], () => key.at("name"));
    return { kind };
  }
  readGroup(key, kind === "cookie" ? ["name", "path", "ttl"] : ["name"], () => undefined);
  const name = requireField(key.at("name"), "write the name by which it is looked up");
  if (kind === "queryParameter") return { kind, name: readText(name, 256) ?? "" };
  if (kind === "header") return { kind, name: readToken(name).toLowerCase() };
  const path = key.at("path").absent ? "/" : (readText(key.at("path"), 1024) ?? "");
  return { kind, name: readToken(name), path, ttlMs: readDuration(key.at("ttl")) };
}

/** Envoy's own sizes; its limits are 5,000,011 and 8 Mi. */
const tables = {
  maglev: { least: 2, most: 5_000_000, usual: 65_537 },
  ring: { least: 1, most: 8_000_000, usual: 1_024 },
} as const;

function readTable(field: Field): HashTable {
  const kind = !field.at("ring").absent ? "ring" : "maglev";
  if (kind === "ring" && !field.at("maglev").absent) {
    field.report("maglev and ring exclude each other", "write one of the two");
  }
  const { usual, ...bounds } = tables[kind];
  const read = readGroup(field.at(kind), ["size"], (table) => readInteger(table.at("size"), bounds));
  const size = read ?? usual;
  return { kind, size: kind === "maglev" ? nextPrime(size) : size };
}

const zone = 63;

export function readLocality(field: Field): Locality | undefined {
  return readGroup(field, ["prefer", "failover", "overprovisioningPercent"], () => ({
    prefer: field.at("prefer").oneOf(["zone", "none"]) ?? "zone",
    failover: readFailover(field.at("failover")),
    overprovisioningPercent: readInteger(field.at("overprovisioningPercent"), { least: 100, most: 1000 }) ?? 140,
  }));
}

function readFailover(list: Field): Locality["failover"] {
  const seen = new Set<string>();
  return readItems(list, 32, (item) => {
    readGroup(item, ["from", "to"], () => undefined);
    const from = readText(requireField(item.at("from"), "write the clients' zone"), zone) ?? "";
    if (seen.has(from)) item.at("from").report(`${from} is there twice`, "merge the two");
    seen.add(from);
    const to = readItems(
      requireField(item.at("to"), "write the zones to go to"),
      32,
      (each) => readText(each, zone) ?? "",
    );
    if (new Set([from, ...to]).size !== to.length + 1) {
      item.at("to").report("a zone is there twice, or the clients' own", "name each other zone once");
    }
    return { from, to };
  });
}
