/** What a filter does to headers: set, add, remove. */
import { quote } from "../../../quote.ts";
import type { HeaderChanges, HeaderValue } from "../../model/route.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readHeaderName } from "./header-name.ts";

/** Printable characters, with single spaces or tabs between them at most. */
const unprintable = /[\u0000-\u0008\u000a-\u001f\u007f]/;
/** Part of a request's target, with a filter of its own; a proxy changes it in no other way, and in a response not at all. */
const host = "host";

export function readHeaderChanges(filter: Field): HeaderChanges {
  hasOnly(filter, ["set", "add", "remove"]);
  const set = readValues(filter.at("set"));
  const add = readValues(filter.at("add"));
  const remove = filter
    .at("remove")
    .items()
    .map(readHeaderName)
    .filter((name) => name !== undefined);
  const names = [...set, ...add].map(({ name }) => name).concat(remove);
  reportRepeated(filter, names);
  if (names.includes(host)) {
    filter.report(
      "the header host cannot be modified",
      "for requests, use a filter of type URLRewrite with a hostname",
    );
  }
  return { set, add, remove };
}

function readValues(list: Field): readonly HeaderValue[] {
  return list.items().flatMap((item) => {
    hasOnly(item, ["name", "value"]);
    const name = readHeaderName(item.at("name"));
    const value = readValue(item);
    return name === undefined || value === undefined ? [] : [{ name, value }];
  });
}

function readValue(item: Field): string | undefined {
  const field = item.at("value");
  const value = field.text();
  if (field.absent) item.report("the value is missing", "write it");
  if (value === undefined || !unprintable.test(value)) return value;
  field.report(`${quote(value)} holds a control character`, "write printable characters");
  return undefined;
}

/** Whichever came first would depend on the proxy. */
function reportRepeated(filter: Field, names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    filter.report(`the header ${repeated} is changed more than once`, "name each header in one place only");
  }
}
