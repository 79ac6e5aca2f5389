/**
 * A gRPC service with a method of each kind, as both sides know it. Its messages are JSON, which gRPC leaves to the
 * application; everything around them is gRPC's own library.
 */
import type { MethodDefinition } from "@grpc/grpc-js";

export interface Message {
  readonly text: string;
}

function method(path: string, requestStream: boolean, responseStream: boolean): MethodDefinition<Message, Message> {
  const serialize = (message: Message): Buffer => Buffer.from(JSON.stringify(message));
  const deserialize = (bytes: Buffer): Message => JSON.parse(bytes.toString()) as Message;
  return {
    path: `/outrigger.test.Greeter/${path}`,
    requestStream,
    responseStream,
    requestSerialize: serialize,
    requestDeserialize: deserialize,
    responseSerialize: serialize,
    responseDeserialize: deserialize,
  };
}

export const greeter = {
  /** Greets whom the message names; nobody is NOT_FOUND. */
  greet: method("Greet", false, false),
  /** Three greetings. */
  greetThrice: method("GreetThrice", false, true),
  /** One greeting for all. */
  greetAll: method("GreetAll", true, false),
  /** A greeting for each, at once. */
  greetEach: method("GreetEach", true, true),
};
