/**
 * The part of DER that certificates are written in, and enough of it to find a part of one that others wrote: each value is
 * a tag, the length of its content, and the content (ITU-T X.690).
 */

/** A value with all of its content. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag and length with it. */
  readonly whole: Uint8Array;
}

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** A length below 128 is one byte; a larger one follows the number of its own bytes. */
function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) bytes.unshift(rest % 0x100);
  return [0x80 | bytes.length, ...bytes];
}

function value(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

export function sequence(...items: readonly Uint8Array[]): Uint8Array {
  return value(tags.sequence, ...items);
}

/** A set of one, which needs no order. */
export function setOf(item: Uint8Array): Uint8Array {
  return value(tags.set, item);
}

export const yes = value(tags.boolean, Buffer.from([0xff]));

export const nothing = value(tags.null);

/** A number that is not negative, as its bytes; the first of them must not be zero, unless it is the only one. */
export function integer(bytes: Uint8Array): Uint8Array {
  const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0;
  return value(tags.integer, isNegative ? Buffer.from([0]) : Buffer.alloc(0), bytes);
}

/** Bits from the left, of which as many as are left out at the right are zero. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return value(tags.bitString, Buffer.from([unusedBits]), bytes);
}

export function octetString(bytes: Uint8Array): Uint8Array {
  return value(tags.octetString, bytes);
}

export function utf8String(text: string): Uint8Array {
  return value(tags.utf8String, Buffer.from(text, "utf8"));
}

/** Seven bits to a byte, all but the last marked as not the last. */
function base128(number: number): readonly number[] {
  const bytes = [number & 0x7f];
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

/** @param dotted e.g. `2.5.29.17` */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  return value(tags.objectIdentifier, Buffer.from([first * 40 + second, ...others].flatMap(base128)));
}

/**
 * A moment, to the second: with a year of two digits until 2049, as RFC 5280 section 4.1.2.5 wants it.
 *
 * @param at milliseconds since the epoch
 */
export function time(at: number): Uint8Array {
  const digits = new Date(at).toISOString().replace(/\.\d+|[-:T]/g, "");
  const isShort = digits < "2050";
  return value(
    isShort ? tags.utcTime : tags.generalizedTime,
    Buffer.from(isShort ? digits.slice(2) : digits, "latin1"),
  );
}

/** A value within the tag that tells which part of a structure it is. */
export function explicit(number: number, content: Uint8Array): Uint8Array {
  return value(0xa0 | number, content);
}

/** Content whose type is known by the tag that tells which part of a structure it is. */
export function implicit(number: number, content: Uint8Array): Uint8Array {
  return value(0x80 | number, content);
}

/** The value that begins these bytes. */
function readValue(bytes: Uint8Array): DerValue {
  const [tag = 0, first = 0] = bytes;
  const lengthSize = first < 0x80 ? 0 : first & 0x7f;
  const length = first < 0x80 ? first : Buffer.from(bytes).readUIntBE(2, lengthSize);
  const start = 2 + lengthSize;
  if (bytes.length < start + length) throw new Error("a DER value ends before its content does");
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

/**
 * The values that a content is made of, in order.
 *
 * @throws Error where it is no DER
 */
export function readValues(content: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let rest = content; rest.length > 0;) {
    const next = readValue(rest);
    values.push(next);
    rest = rest.subarray(next.whole.length);
  }
  return values;
}
