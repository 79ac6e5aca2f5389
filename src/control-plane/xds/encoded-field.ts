/** Messages put together from encoded parts: a message's fields, one after the other, are the message. */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { messageDescriptor, messageName } from "../../envoy-api/registry.ts";

/**
 * A function that makes an item of a list of messages: tag, length and the item's own bytes.
 *
 * @param type the type URL of the message that has the list
 * @param name of the field, in Envoy's spelling
 */
export function itemEncoder(type: string, name: string): (item: Uint8Array) => Uint8Array {
  const number = messageDescriptor(messageName(type)).fields.find((field) => field.name === name)?.number;
  if (number === undefined) throw new Error(`${type} has no ${name} any more`);
  return (item) => new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(item).finish();
}
