/**
 * The response of a delta stream, as bytes. By hand: the resources in it are encoded already, and all that is left to do is
 * to put them one after another, each with its name, version and type before it.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { DeltaDiscoveryResponse, DeltaResource } from "./discovery.ts";

function text(writer: BinaryWriter, field: number, value: string): BinaryWriter {
  return writer.tag(field, WireType.LengthDelimited).string(value);
}

/** An `envoy.service.discovery.v3.Resource`: its `Any` last, so that the bytes of the resource end it. */
function resource(writer: BinaryWriter, { name, version, body }: DeltaResource, typeUrl: string): void {
  text(writer, 3, name);
  text(writer, 1, version);
  writer.tag(2, WireType.LengthDelimited).fork();
  text(writer, 1, typeUrl);
  writer.tag(2, WireType.LengthDelimited).bytes(body).join();
}

/** An `envoy.service.discovery.v3.DeltaDiscoveryResponse`, ready to be sent. */
export function encodeDeltaResponse(response: DeltaDiscoveryResponse): Uint8Array {
  const { typeUrl, nonce, resources, removedResources } = response;
  const writer = new BinaryWriter();
  for (const each of resources) {
    writer.tag(2, WireType.LengthDelimited).fork();
    resource(writer, each, typeUrl);
    writer.join();
  }
  text(writer, 4, typeUrl);
  text(writer, 5, nonce);
  for (const name of removedResources) text(writer, 6, name);
  return writer.finish();
}
