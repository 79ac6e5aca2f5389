/**
 * `node requests.ts REQUESTS`: sends HTTP requests one after another, follows no redirect, and prints what was answered. Both
 * are lists in JSON.
 */
import { request } from "node:http";
import { text } from "node:stream/consumers";

interface Sent {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

async function send({ url, method = "GET", headers = {} }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers, timeout: 30_000 }, (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, reject);
    })
      .on("timeout", function (this: { destroy: (error: Error) => void }) {
        this.destroy(new Error(`${url}: no answer within 30 s`));
      })
      .on("error", reject)
      .end();
  });
}

const answers: Answer[] = [];
for (const each of JSON.parse(process.argv[2] ?? "[]") as readonly Sent[]) answers.push(await send(each));
process.stdout.write(JSON.stringify(answers));
