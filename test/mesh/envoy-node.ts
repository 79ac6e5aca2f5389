/**
 * What an Envoy says of itself in a stream's first request, beside what the bootstrap says of it: its version, and every
 * extension that was compiled into it. Nobody reads it, but it comes, 60 KB of it with Envoy 1.40.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** As many, and of the size, that Envoy 1.40 has. */
const extensions = 460;

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

/** `envoy.config.core.v3.Extension`: name, category, and the types of its configuration. */
function writeExtension(writer: BinaryWriter, index: number): void {
  const name = `extension_of_a_usual_length_${index}`;
  writer.tag(9, WireType.LengthDelimited).fork();
  text(writer, 1, `envoy.filters.http.${name}`);
  text(writer, 2, "envoy.filters.http");
  text(writer, 6, `envoy.extensions.filters.http.${name}.v3.Config`);
  writer.join();
}

/** The bytes to follow a `DeltaDiscoveryRequest`: more fields of its `node`, which is field 1. */
export function envoyLikeNode(): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).fork();
  text(writer, 6, "envoy");
  for (let index = 0; index < extensions; index += 1) writeExtension(writer, index);
  writer.join();
  return writer.finish();
}
