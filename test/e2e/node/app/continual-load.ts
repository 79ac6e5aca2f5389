/**
 * `node continual-load.ts URL RATE [HOST:PORT]`: sends GET requests at a steady rate over connections that are kept, until it
 * is told to stop. With HOST:PORT also lines to a server that speaks first and returns what it gets: over one connection that
 * is held all the time, and over a new one ten times a second. Prints what has become of all of it, twice a second.
 */
import { Agent, get } from "node:http";
import type { Socket } from "node:net";
import { connect } from "node:net";

const report = {
  /** Requests that were answered with status 200. */
  answered: 0,
  /** Connections that were opened, used and closed again. */
  conversations: 0,
  /** Lines that have come back over the connection that is held. */
  heldLines: 0,
  failed: 0,
  /** Time and reason of the first of them. */
  failures: [] as string[],
};
/** A report is a line of a log. */
const mostFailures = 50;
/** A machine that is short of CPU is no failure of what is tested. */
const patienceMs = 15_000;
/** Requests at the same time: no server is buried under those that it could not answer yet. */
const mostPending = 16;
const agent = new Agent({ keepAlive: true });
let pending = 0;
let conversations = 0;

function fail(reason: string): void {
  report.failed += 1;
  if (report.failures.length < mostFailures) report.failures.push(`${new Date().toISOString()} ${reason}`);
}

function request(url: string): void {
  pending += 1;
  const sent = get(url, { agent, timeout: patienceMs }, (response) => {
    response.on("error", ({ message }) => {
      fail(`answer: ${message}`);
    });
    response.resume().on("end", () => {
      if (response.statusCode === 200) report.answered += 1;
      else fail(`status ${String(response.statusCode)}`);
    });
  });
  sent.on("timeout", () => sent.destroy(new Error("no answer")));
  sent.on("error", ({ message }) => {
    fail(`request: ${message}`);
  });
  sent.on("close", () => {
    pending -= 1;
  });
}

/** Sends what is due, as long as not too much is under way; what is not sent within a quarter of a second never is. */
function sendRequests(url: string, rate: number): void {
  let due = performance.now();
  setInterval(() => {
    const now = performance.now();
    due = Math.max(due, now - 250);
    for (; due <= now && pending < mostPending; due += 1_000 / rate) request(url);
  }, 5);
}

interface Conversation {
  readonly what: string;
  readonly onLine: (line: string, socket: Socket) => void;
}

/** Calls `onLine` for each line of the server's; whatever ends it but our own word is a failure. */
function converse(host: string, port: number, { what, onLine }: Conversation): Socket {
  const socket = connect(port, host);
  let rest = "";
  socket.setTimeout(patienceMs, () => socket.destroy(new Error("nothing heard")));
  socket.on("data", (bytes) => {
    const lines = (rest + bytes.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.trim(), socket);
  });
  socket.on("error", ({ message }) => {
    fail(`${what}: ${message}`);
  });
  return socket;
}

/** The greeting, a line there and back, and good-bye. */
function talkBriefly(host: string, port: number): void {
  let done = false;
  const onLine = (line: string, socket: Socket): void => {
    if (line === "ahoy") {
      done = true;
      report.conversations += 1;
      socket.end();
    } else socket.write("ahoy\n");
  };
  conversations += 1;
  converse(host, port, { what: "new connection", onLine }).on("close", (hadError) => {
    conversations -= 1;
    if (!done && !hadError) fail("new connection: closed early");
  });
}

/** A line, and the next a tenth of a second after it has come back. */
function talkForEver(host: string, port: number): void {
  const onLine = (line: string, socket: Socket): void => {
    if (line === "still here") report.heldLines += 1;
    setTimeout(() => {
      if (socket.writable) socket.write("still here\n");
    }, 100);
  };
  converse(host, port, { what: "held connection", onLine }).on("close", (hadError) => {
    if (!hadError) fail("held connection: closed");
    setTimeout(talkForEver, 100, host, port);
  });
}

const [url = "", rate = "20", server] = process.argv.slice(2);
sendRequests(url, Number(rate));
if (server !== undefined) {
  const [host = "", port = ""] = server.split(":");
  talkForEver(host, Number(port));
  setInterval(() => {
    if (conversations < mostPending) talkBriefly(host, Number(port));
  }, 100);
}
setInterval(() => {
  console.log(JSON.stringify(report));
}, 500);
// As process 1 it has no default action for signals.
process.on("SIGTERM", () => process.exit(0));
