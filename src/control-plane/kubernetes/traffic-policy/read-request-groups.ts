/** Reads what sidecars keep to with each request. */
import type {
  BackOff,
  FaultAbort,
  FaultHeader,
  FaultInjection,
  RateLimit,
  Retries,
  RetryCondition,
  Timeouts,
} from "../../model/traffic-policy.ts";
import { retryConditions } from "../../model/traffic-policy.ts";
import { readDuration } from "../duration.ts";
import type { Field } from "../field.ts";
import { isRegex } from "../routes/read-regex.ts";
import { grpcStatuses } from "./grpc-statuses.ts";
import {
  onlyOneOf,
  readPositiveDuration,
  readFullGroup,
  readGroup,
  readInteger,
  readItems,
  readPercent,
  readText,
  readToken,
  requireField,
} from "./values.ts";

export function readTimeouts(field: Field): Timeouts | undefined {
  return readFullGroup(field, ["request", "idle"], () => ({
    requestMs: readDuration(field.at("request")),
    idleMs: readDuration(field.at("idle")),
  }));
}

const conditionNames = Object.keys(retryConditions) as RetryCondition[];
const unseen = conditionNames.filter((name) => retryConditions[name] === "unseen");
const status = { least: 400, most: 599 } as const;
const attempts = { least: 0, most: 100 } as const;

/** RFC 9110 section 9.2.2: to send them twice is meant to be the same as to send them once. */
const idempotent = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"] as const;
const methods = [...idempotent, "POST", "PATCH"] as const;

export function readRetries(field: Field): Retries | undefined {
  const names = ["conditions", "statusCodes", "attempts", "methods", "perTryTimeout", "backOff"];
  return readGroup(field, names, () => {
    const named = readItems(field.at("conditions"), 16, (item) => item.oneOf(conditionNames));
    const conditions = named.filter((name) => name !== undefined);
    const statusCodes = readItems(field.at("statusCodes"), 32, (item) => readInteger(item, status));
    const codes = statusCodes.filter((code) => code !== undefined);
    return {
      attempts: readInteger(field.at("attempts"), attempts) ?? 2,
      conditions: named.length + statusCodes.length > 0 ? conditions : unseen,
      statusCodes: codes,
      methods: readMethods(field.at("methods"), conditions, codes),
      perTryTimeoutMs: readPositiveDuration(field.at("perTryTimeout")),
      backOff: readBackOff(field.at("backOff")),
    };
  });
}

/** Every gRPC call is a POST, so whoever names gRPC's conditions alone means those. */
function readMethods(
  field: Field,
  conditions: readonly RetryCondition[],
  codes: readonly number[],
): readonly string[] | undefined {
  const named = readItems(field, methods.length, (item) => item.oneOf(methods)).filter((name) => name !== undefined);
  if (named.length > 0) return named;
  const seen = codes.length > 0 || conditions.some((name) => retryConditions[name] === "seen");
  return seen ? idempotent : undefined;
}

function readBackOff(field: Field): BackOff {
  const read = readGroup(field, ["base", "max"], () => {
    const baseMs = readPositiveDuration(field.at("base")) ?? 25;
    const maxMs = readPositiveDuration(field.at("max")) ?? baseMs * 10;
    if (maxMs < baseMs) field.at("max").report("it is shorter than the base", "write a longer one, or leave it out");
    return { baseMs, maxMs };
  });
  return read ?? { baseMs: 25, maxMs: 250 };
}

export function readFaultInjection(field: Field): FaultInjection | undefined {
  return readGroup(field, ["headers", "delay", "abort"], () => {
    const fault = {
      headers: readItems(field.at("headers"), 16, readHeader),
      delay: readDelay(field.at("delay")),
      abort: readAbort(field.at("abort")),
    };
    if (field.at("delay").absent && field.at("abort").absent) {
      field.report("there is neither a delay nor an abort", "write one of them or both");
    }
    return fault;
  });
}

function readHeader(field: Field): FaultHeader {
  readGroup(field, ["name", "value", "type"], () => undefined);
  const kind = field.at("type").oneOf(["Exact", "RegularExpression"]) === "RegularExpression" ? "regex" : "exact";
  const value = readText(requireField(field.at("value"), "write the value that the header must have"), 4096) ?? "";
  if (kind === "regex") isRegex(field.at("value"), value);
  return { kind, name: readToken(requireField(field.at("name"), "write the header's name")).toLowerCase(), value };
}

function readDelay(field: Field): FaultInjection["delay"] {
  return readGroup(field, ["duration", "percent"], () => ({
    durationMs: readPositiveDuration(requireField(field.at("duration"), "write for instance 500ms")) ?? 0,
    percent: readPercent(field.at("percent")) ?? 100,
  }));
}

function readAbort(field: Field): FaultAbort | undefined {
  return readGroup(field, ["httpStatus", "grpcStatus", "percent"], () => {
    const percent = readPercent(field.at("percent")) ?? 100;
    const kind = onlyOneOf(field, ["httpStatus", "grpcStatus"]);
    const httpStatus = readInteger(field.at("httpStatus"), { least: 200, most: 599 });
    const name = field.at("grpcStatus").oneOf(grpcStatuses);
    if (kind === "grpcStatus") return { percent, grpcStatus: name === undefined ? 0 : grpcStatuses.indexOf(name) + 1 };
    return { percent, httpStatus: httpStatus ?? 0 };
  });
}

const units = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;
const requests = { least: 1, most: 1_000_000_000 } as const;

export function readRateLimit(field: Field): RateLimit | undefined {
  return readGroup(field, ["requests", "per", "burst"], () => {
    const limit = readInteger(requireField(field.at("requests"), "write how many"), requests) ?? 0;
    const per = requireField(field.at("per"), `write one of: ${Object.keys(units).join(", ")}`);
    const unit = per.oneOf(Object.keys(units) as (keyof typeof units)[]) ?? "second";
    return { requests: limit, perMs: units[unit], burst: readInteger(field.at("burst"), requests) ?? limit };
  });
}
