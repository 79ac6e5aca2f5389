/** What `outrigger routes` is asked: which Service, seen from where, and maybe which request. Pure. */
import type { NamedValue, RequestFacts } from "../control-plane/model/routes/match-request.ts";
import type { Parsed } from "../problem.ts";
import { parsed, unparsable } from "../problem.ts";

export interface ServiceQuestion {
  readonly namespace: string;
  readonly service: string;
  /** Undefined: all ports that have routes. */
  readonly port: number | undefined;
}

const form = /^(?:([a-z0-9][a-z0-9.-]*)\/)?([a-z0-9][a-z0-9.-]*)(?::([1-9]\d{0,4}))?$/;

/** What is asked about, seen from where, and maybe with which request. */
export interface Question {
  readonly about: ServiceQuestion;
  /** The namespace of the clients. */
  readonly from: string;
  readonly request: RequestFacts | undefined;
}

/** Reads `NAMESPACE/SERVICE:PORT`, of which only the middle must be there. */
export function parseServiceQuestion(text: string, fallbackNamespace: string): Parsed<ServiceQuestion> {
  const [, namespace = fallbackNamespace, service, port] = form.exec(text) ?? [];
  if (service === undefined) {
    return unparsable(text, "not of the form NAMESPACE/SERVICE or NAMESPACE/SERVICE:PORT", "write e.g. shop/web:80");
  }
  return parsed({ namespace, service, port: port === undefined ? undefined : Number(port) });
}

export interface RequestWords {
  readonly method: string | undefined;
  /** With a query, maybe. */
  readonly path: string | undefined;
  /** `name=value` or `name: value`. */
  readonly headers: readonly string[];
}

/** The request that the words are about: `GET /` but for what they say; undefined where they say nothing. */
export function parseRequest({ method, path, headers }: RequestWords): Parsed<RequestFacts | undefined> {
  if (method === undefined && path === undefined && headers.length === 0) return parsed(undefined);
  const [plainPath = "/", query = ""] = (path ?? "/").split(/\?(.*)/s);
  if (!plainPath.startsWith("/"))
    return unparsable("--path", "the path does not begin with a slash", "write e.g. /cart");
  const named = headers.map(parseHeader);
  const wrong = headers.find((_, index) => named[index] === undefined);
  if (wrong !== undefined) return unparsable("--header", `${wrong} has no value`, "write e.g. x-tier=gold");
  return parsed({
    method: method ?? "GET",
    path: plainPath,
    headers: named.filter((header) => header !== undefined),
    query: query === "" ? [] : query.split("&").map(parseParameter),
  });
}

function parseHeader(text: string): NamedValue | undefined {
  const [, name, value] = /^([^=:\s]+)\s*[=:]\s*(.*)$/s.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : { name: name.toLowerCase(), value };
}

function parseParameter(text: string): NamedValue {
  const [name = "", value = ""] = text.split(/=(.*)/s);
  return { name, value };
}
