/**
 * Bodies too large to be kept: made piece by piece, each unlike the others, and judged by their length and hash, so that a
 * piece that is lost, doubled or out of its place shows.
 */
import { createHash } from "node:crypto";

const pieceBytes = 64 * 1024;

export interface Digest {
  readonly bytes: number;
  /** Of the whole, in hexadecimal. */
  readonly sha256: string;
}

/** A body of so many bytes; the same for the same length. */
export function* patternedBody(bytes: number): Generator<Buffer> {
  const pattern = Buffer.from(Array.from({ length: pieceBytes }, (_, index) => (index * 31 + (index >> 8)) & 0xff));
  for (let offset = 0; offset < bytes; offset += pieceBytes) {
    // A new buffer each time: the one before may still wait to be sent.
    const piece = Buffer.from(pattern);
    piece.writeDoubleBE(offset, 0);
    yield piece.subarray(0, Math.min(pieceBytes, bytes - offset));
  }
}

/** Of what a stream brings, to its end. */
export async function digestOf(stream: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<Digest> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of stream) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}
