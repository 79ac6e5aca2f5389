/**
 * `node dial.ts HOST PORT COUNT [SECONDS]`: makes so many TCP connections to servers that speak first, and prints as JSON how
 * many each has greeted: its name, or what happened instead. With SECONDS, the connections are kept: a line goes there and back
 * on each of them until the time is over, and those count as cut on which it does not.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const [host = "", port = "", count = "1", seconds] = process.argv.slice(2);
const together = 16;
const patienceMs = 20_000;
const line = "still here";

/** Empty where the connection ends instead. */
async function nextText(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const hear = (bytes?: Buffer): void => {
      socket.off("data", hear).off("close", end);
      resolve(bytes?.toString("utf8").trim() ?? "");
    };
    const end = (): void => {
      hear();
    };
    socket.on("data", hear).on("close", end);
    if (socket.destroyed) hear();
  });
}

function dial(): Socket {
  const socket = connect(Number(port), host);
  socket.setTimeout(patienceMs, () => socket.destroy());
  // What has failed is closed, and counts as that.
  socket.on("error", () => undefined);
  return socket;
}

/** The pod's name, from `220 <pod> ready`. */
async function whoGreets(socket: Socket): Promise<string> {
  return (await nextText(socket)).split(" ")[1] ?? "refused";
}

/** Whether the line has come back each time. */
async function lasts(socket: Socket, untilMs: number): Promise<boolean> {
  while (Date.now() < untilMs) {
    socket.write(line);
    if ((await nextText(socket)) !== line) return false;
    await sleep(250);
  }
  return true;
}

const counts: Record<string, number> = {};
let left = Number(count);

async function one(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const socket = dial();
    const who = await whoGreets(socket);
    const untilMs = Date.now() + Number(seconds ?? 0) * 1_000;
    const outcome = seconds === undefined || (await lasts(socket, untilMs)) ? who : "cut";
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    socket.destroy();
  }
}

await Promise.all(Array.from({ length: seconds === undefined ? together : left }, one));
console.log(JSON.stringify(counts));
