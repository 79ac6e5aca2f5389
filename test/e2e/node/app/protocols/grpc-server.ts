/**
 * The gRPC side of the application.
 */
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
} from "@grpc/grpc-js";
import type { Message } from "./greeter.ts";
import { greeter } from "./greeter.ts";
import { Metadata } from "@grpc/grpc-js";

const greet: handleUnaryCall<Message, Message> = (call, respond) => {
  const trailers = new Metadata();
  trailers.set("greeted-by", "the application");
  if (call.request.text === "nobody") {
    respond({ code: status.NOT_FOUND, details: "there is nobody", metadata: trailers });
  } else {
    respond(null, { text: `hello ${call.request.text}` }, trailers);
  }
};

const greetThrice: handleServerStreamingCall<Message, Message> = (call) => {
  for (const word of ["hello", "again", "bye"]) call.write({ text: `${word} ${call.request.text}` });
  call.end();
};

const greetAll: handleClientStreamingCall<Message, Message> = (call, respond) => {
  const names: string[] = [];
  call.on("data", ({ text }: Message) => names.push(text));
  call.on("end", () => {
    respond(null, { text: `hello ${names.join(", ")}` });
  });
};

const greetEach: handleBidiStreamingCall<Message, Message> = (call) => {
  call.on("data", ({ text }: Message) => call.write({ text: `hello ${text}` }));
  call.on("end", () => {
    call.end();
  });
};

/** Listens for both IP families. */
export function listenForGrpc(port: number): void {
  const server = new Server();
  server.addService(greeter, { greet, greetThrice, greetAll, greetEach });
  server.bindAsync(`[::]:${port}`, ServerCredentials.createInsecure(), (error) => {
    if (error !== null) throw error;
  });
}
