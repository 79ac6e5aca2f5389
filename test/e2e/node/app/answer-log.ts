/**
 * `node answer-log.ts URL RATE SECONDS`: sends GET requests at a steady rate over connections that are kept, and prints who
 * answered each: lines of the time at which it was sent (milliseconds since 1970) and the answering pod, or else the status or
 * the error's code. In the order in which they were sent.
 */
import { Agent, get } from "node:http";
import { text } from "node:stream/consumers";

const [url = "", rate = "100", seconds = "10"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

async function whoAnswers(): Promise<string> {
  return new Promise((resolve) => {
    get(url, { agent, timeout: 10_000 }, (response) => {
      text(response).then(
        (body) => {
          resolve(
            response.statusCode === 200
              ? (JSON.parse(body) as { pod: string }).pod
              : `status ${response.statusCode ?? 0}`,
          );
        },
        () => {
          resolve("answer cut off");
        },
      );
    })
      .on("timeout", function (this: { destroy: (error: Error) => void }) {
        this.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }));
      })
      .on("error", ({ message, ...error }: NodeJS.ErrnoException) => {
        resolve(error.code ?? message);
      });
  });
}

const interval = 1_000 / Number(rate);
const total = Number(rate) * Number(seconds);
const start = Date.now();
const pending: Promise<string>[] = [];
const timer = setInterval(() => {
  while (pending.length < total && Date.now() >= start + pending.length * interval) {
    const sent = Date.now();
    pending.push(whoAnswers().then((who) => `${sent} ${who}`));
  }
  if (pending.length < total) return;
  clearInterval(timer);
  void Promise.all(pending).then((lines) => {
    process.stdout.write(`${lines.join("\n")}\n`);
    agent.destroy();
  });
}, 1);
