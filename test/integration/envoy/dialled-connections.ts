/**
 * TCP connections to servers that say first who they are: counted, or kept open from one call of the test to the next.
 */
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";

export interface Dialled {
  readonly host: string;
  readonly port: number;
}

/** What a connection says that is ended before a word. */
export const refused = "refused";

/** At the same time: a sidecar has a few threads, and each shares out its own connections. */
const together = 16;
const patience = 20_000;

async function firstWord(socket: Socket): Promise<string> {
  const word = new Promise<string>((resolve) => {
    socket.on("data", (bytes) => {
      resolve(bytes.toString("latin1").trim());
    });
    for (const event of ["end", "error", "close"])
      socket.on(event, () => {
        resolve(refused);
      });
    setTimeout(resolve, patience, "silence").unref();
  });
  return word;
}

/** Makes so many connections and ends them again; returns how many were answered by whom. */
export async function dial({ host, port }: Dialled, count: number): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  let left = count;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const socket = connect({ host, port });
      const word = await firstWord(socket);
      socket.destroy();
      counts[word] = (counts[word] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: together }, one));
  return counts;
}

const kept: Socket[] = [];

/** Makes a connection that stays. @returns how it is called, and by whom it was answered */
export async function hold({ host, port }: Dialled): Promise<{ readonly id: number; readonly by: string }> {
  const socket = connect({ host, port });
  const by = await firstWord(socket);
  return { id: kept.push(socket) - 1, by };
}

/** Says something on a connection that was kept, and returns what comes back. */
export async function exchange(id: number, text: string): Promise<string> {
  const socket = kept[id];
  if (socket === undefined || socket.destroyed || socket.readableEnded) return refused;
  const over = new AbortController();
  const { signal } = over;
  socket.write(text);
  const answer = await Promise.race([
    once(socket, "data", { signal }).then(([bytes]) => String(bytes)),
    once(socket, "close", { signal }).then(() => refused),
  ]);
  over.abort();
  return answer;
}
