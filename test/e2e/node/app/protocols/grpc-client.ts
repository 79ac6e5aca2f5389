/**
 * The gRPC side of a client: calls of each kind.
 */
import { Client, Metadata, credentials } from "@grpc/grpc-js";
import type { ClientDuplexStream, ServiceError } from "@grpc/grpc-js";
import { once } from "node:events";
import type { Message } from "./greeter.ts";
import { greeter } from "./greeter.ts";
import { protocolPorts } from "./ports.ts";

export interface GrpcAnswers {
  readonly unary: string;
  readonly trailer: string;
  readonly serverStream: readonly string[];
  readonly clientStream: string;
  readonly bothStreams: readonly string[];
  readonly refusal: { readonly code: number; readonly details: string };
}

export function grpcClient(host: string): Client {
  return new Client(`${host}:${protocolPorts.grpc}`, credentials.createInsecure());
}

/** Five calls: one of each kind, and one that is refused. */
export async function callEachKind(host: string): Promise<GrpcAnswers> {
  const client = grpcClient(host);
  const { text, trailer } = await greet(client, "world");
  const bothStreams = greetEach(client);
  const answers = {
    unary: text,
    trailer,
    serverStream: await greetThrice(client, "world"),
    clientStream: await greetAll(client, ["Ann", "Bob"]),
    // The second question is asked only after the first answer.
    bothStreams: [await bothStreams.ask("Ann"), await bothStreams.ask("Bob")],
    refusal: await refusalOf(greet(client, "nobody")),
  };
  await bothStreams.end();
  client.close();
  return answers;
}

async function greet(client: Client, name: string): Promise<{ readonly text: string; readonly trailer: string }> {
  const { path, requestSerialize, responseDeserialize } = greeter.greet;
  return new Promise((resolve, reject) => {
    let text = "";
    const request: Message = { text: name };
    client
      .makeUnaryRequest(path, requestSerialize, responseDeserialize, request, new Metadata(), (error, answer) => {
        if (error === null) text = answer?.text ?? "";
        else reject(error);
      })
      .on("status", ({ metadata }) => {
        resolve({ text, trailer: metadata.get("greeted-by").join() });
      });
  });
}

async function greetThrice(client: Client, name: string): Promise<readonly string[]> {
  const { path, requestSerialize, responseDeserialize } = greeter.greetThrice;
  const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { text: name });
  const texts: string[] = [];
  for await (const { text } of stream as AsyncIterable<Message>) texts.push(text);
  return texts;
}

async function greetAll(client: Client, names: readonly string[]): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = greeter.greetAll;
  return new Promise((resolve, reject) => {
    const stream = client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, (error, answer) => {
      if (error === null) resolve(answer?.text ?? "");
      else reject(error);
    });
    for (const text of names) stream.write({ text });
    stream.end();
  });
}

/** A stream on which questions are asked one by one. */
export interface Greetings {
  readonly ask: (name: string) => Promise<string>;
  readonly end: () => Promise<void>;
}

export function greetEach(client: Client): Greetings {
  const { path, requestSerialize, responseDeserialize } = greeter.greetEach;
  const stream: ClientDuplexStream<Message, Message> = client.makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
  );
  return {
    ask: async (name) => {
      stream.write({ text: name });
      const [{ text }] = (await once(stream, "data")) as [Message];
      return text;
    },
    end: async () => {
      stream.end();
      await once(stream, "end");
    },
  };
}

async function refusalOf(call: Promise<unknown>): Promise<GrpcAnswers["refusal"]> {
  try {
    await call;
  } catch (error) {
    const { code, details } = error as ServiceError;
    return { code, details };
  }
  throw new Error("the call was not refused");
}
