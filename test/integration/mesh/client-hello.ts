/** The first bytes of a TLS client that knows nothing of the mesh. */
import { once } from "node:events";
import { Duplex } from "node:stream";
import { connect } from "node:tls";

/** A ClientHello, in latin1. */
export async function clientHello(): Promise<string> {
  const wire = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      wire.emit("hello", bytes.toString("latin1"));
      done();
    },
  });
  const hello = once(wire, "hello") as Promise<[string]>;
  const client = connect({ socket: wire, servername: "shop.example" });
  client.on("error", () => undefined);
  const [bytes] = await hello;
  client.destroy();
  return bytes;
}
