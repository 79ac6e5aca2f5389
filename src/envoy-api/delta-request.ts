/**
 * The request of a delta stream, read from its bytes. By hand: it is the message that comes most often, and the first one of
 * an Envoy lists everything that was compiled into it, 60 KB that nobody here asks about and that is passed over unread.
 */
import type { JsonObject } from "@bufbuild/protobuf";
import { fromBinary, toJson } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { StructSchema } from "@bufbuild/protobuf/wkt";
import type { DeltaDiscoveryRequest, DiscoveryNode } from "./discovery.ts";

/** What is read of a message so far. */
type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** By tag, how a field is put into what was read so far; tags that are missing are passed over. */
type FieldReaders<T> = Readonly<Record<number, (draft: T, reader: BinaryReader) => void>>;

/** The tag of a text or a message: field number and wire type, as the encoding has it. */
function delimited(field: number): number {
  return (field << 3) | WireType.LengthDelimited;
}

function varint(field: number): number {
  return (field << 3) | WireType.Varint;
}

/** Reads a message into a draft. A message that comes in parts is merged, as the encoding asks for. */
function readInto<T>(draft: T, fields: FieldReaders<T>, bytes: Uint8Array): T {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const read = fields[(field << 3) | type];
    if (read === undefined) reader.skip(type, field);
    else read(draft, reader);
  }
  return draft;
}

/** Texts that are not UTF-8 are refused, as the language asks for. */
function text(reader: BinaryReader): string {
  return reader.string(true);
}

/** `google.protobuf.Struct`. */
function struct(bytes: Uint8Array): JsonObject {
  return toJson(StructSchema, fromBinary(StructSchema, bytes));
}

/** `envoy.config.core.v3.Node`. */
const nodeFields: FieldReaders<Draft<DiscoveryNode>> = {
  [delimited(1)]: (node, reader) => {
    node.id = text(reader);
  },
  [delimited(2)]: (node, reader) => {
    node.cluster = text(reader);
  },
  [delimited(3)]: (node, reader) => {
    node.metadata = { ...node.metadata, ...struct(reader.bytes()) };
  },
};

/** An entry of `map<string, string>`. */
const entryFields: FieldReaders<{ key: string; value: string }> = {
  [delimited(1)]: (entry, reader) => {
    entry.key = text(reader);
  },
  [delimited(2)]: (entry, reader) => {
    entry.value = text(reader);
  },
};

/** `google.rpc.Status`. */
const statusFields: FieldReaders<{ code: number; message: string }> = {
  [varint(1)]: (status, reader) => {
    status.code = reader.int32();
  },
  [delimited(2)]: (status, reader) => {
    status.message = text(reader);
  },
};

interface RequestDraft extends Draft<
  Omit<DeltaDiscoveryRequest, "resourceNamesSubscribe" | "resourceNamesUnsubscribe" | "initialResourceVersions">
> {
  readonly resourceNamesSubscribe: string[];
  readonly resourceNamesUnsubscribe: string[];
  readonly initialResourceVersions: Map<string, string>;
}

/** `envoy.service.discovery.v3.DeltaDiscoveryRequest`. */
const requestFields: FieldReaders<RequestDraft> = {
  [delimited(1)]: (request, reader) => {
    request.node = readInto(request.node ?? { id: "", cluster: "", metadata: {} }, nodeFields, reader.bytes());
  },
  [delimited(2)]: (request, reader) => {
    request.typeUrl = text(reader);
  },
  [delimited(3)]: (request, reader) => {
    request.resourceNamesSubscribe.push(text(reader));
  },
  [delimited(4)]: (request, reader) => {
    request.resourceNamesUnsubscribe.push(text(reader));
  },
  [delimited(5)]: (request, reader) => {
    const { key, value } = readInto({ key: "", value: "" }, entryFields, reader.bytes());
    request.initialResourceVersions.set(key, value);
  },
  [delimited(6)]: (request, reader) => {
    request.responseNonce = text(reader);
  },
  [delimited(7)]: (request, reader) => {
    request.errorDetail = readInto(request.errorDetail ?? { code: 0, message: "" }, statusFields, reader.bytes());
  },
};

/** @throws Error where the bytes are no such message */
export function decodeDeltaRequest(bytes: Uint8Array): DeltaDiscoveryRequest {
  const draft: RequestDraft = {
    node: undefined,
    typeUrl: "",
    resourceNamesSubscribe: [],
    resourceNamesUnsubscribe: [],
    initialResourceVersions: new Map(),
    responseNonce: "",
    errorDetail: undefined,
  };
  const { initialResourceVersions, ...request } = readInto(draft, requestFields, bytes);
  return { ...request, initialResourceVersions: Object.fromEntries(initialResourceVersions) };
}
