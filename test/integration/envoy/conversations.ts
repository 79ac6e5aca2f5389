/**
 * What a client of the tests can do, from inside the pod or from outside.
 */
import { request as httpRequest } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly ms: number;
}

export interface PageRequest {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request on a connection of its own; status 0 where there was no answer, or no whole one. */
export async function getPage({ host, port, path, method = "GET", headers = {} }: PageRequest): Promise<Page> {
  const started = performance.now();
  return new Promise((resolve) => {
    const done = (status: number, answered: Page["headers"], body: string): void => {
      resolve({ status, headers: answered, body, ms: performance.now() - started });
    };
    const request = httpRequest({ host, port, path, method, headers, agent: false }, (response) => {
      let body = "";
      response.on("data", (part: Buffer) => (body += part.toString()));
      response.on("error", (error) => {
        done(0, response.headers, `${body} ${String(error)}`);
      });
      response.on("end", () => {
        done(response.statusCode ?? 0, response.headers, body);
      });
    });
    request.on("error", (error) => {
      done(0, {}, String(error));
    });
    request.end();
  });
}

/** Each of some requests, so many at a time; the answers in the requests' order. */
export async function getEach(requests: readonly PageRequest[], parallel: number): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < requests.length; index = next++) {
      const request = requests[index];
      if (request !== undefined) pages[index] = await getPage(request);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return pages;
}

export interface Talk {
  readonly host: string;
  readonly port: number;
  /** Sent one after the other, in latin1. */
  readonly send: readonly string[];
  /** Wait before each but the first, in milliseconds. */
  readonly pauseMs?: number;
  /** End our half after that. */
  readonly end: boolean;
  /** Stop once the answer contains this; undefined for when the other side ends. */
  readonly until?: string | undefined;
}

export interface Heard {
  readonly text: string;
  /** From the start to the first byte, in milliseconds. */
  readonly firstByteMs: number;
  readonly failure: string | undefined;
}

/** How long a conversation may take beside its pauses, in milliseconds. */
const patience = 5_000;

/** Sends bytes over TCP and gives what came back. */
export async function talk({ host, port, send, pauseMs = 0, end, until }: Talk): Promise<Heard> {
  const started = performance.now();
  let [text, firstByteMs, failure]: [string, number, string | undefined] = ["", Infinity, undefined];
  const socket = connect({ host, port, allowHalfOpen: true });
  const over = new Promise<void>((resolve) => {
    socket.on("data", (bytes) => {
      firstByteMs = Math.min(firstByteMs, performance.now() - started);
      text += bytes.toString("latin1");
      if (until !== undefined && text.includes(until)) resolve();
    });
    const fail = (error: unknown): void => {
      failure = String(error);
      resolve();
    };
    socket.on("end", resolve);
    socket.on("error", fail);
    setTimeout(fail, patience + pauseMs * send.length, "no end in time").unref();
  });
  for (const [index, bytes] of send.entries()) {
    if (index > 0) await sleep(pauseMs);
    socket.write(bytes, "latin1");
  }
  if (end) socket.end();
  await over;
  socket.destroy();
  return { text, firstByteMs, failure };
}

/** One request over HTTP/2 without TLS. */
export async function getPageOverHttp2(
  url: string,
  method = "GET",
): Promise<{ readonly headers: unknown; readonly body: string }> {
  const session = connectHttp2(url);
  return new Promise((resolve, reject) => {
    session.on("error", reject);
    const stream = session.request({ ":method": method, ":path": new URL(url).pathname }, { endStream: true });
    let [headers, body]: [unknown, string] = [{}, ""];
    stream.on("response", (answered) => (headers = answered));
    stream.on("data", (part: Buffer) => (body += part.toString()));
    stream.on("error", reject);
    stream.on("end", () => {
      session.close();
      resolve({ headers, body });
    });
  });
}
