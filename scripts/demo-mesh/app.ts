/**
 * The demo's two small programs: `server NAME` says who it is and who has called; `client URL` asks every 20 ms, on one
 * kept connection, and prints a line for each answer that differs from the one before.
 */
import { Agent, createServer, get } from "node:http";

/** The caller's identity, as the sidecar has verified it; the application itself speaks plain HTTP. */
function callerOf(certificate: string | string[] | undefined): string {
  const uri = /(?:^|;)URI=([^;,]+)/.exec(String(certificate ?? ""))?.[1];
  return uri ?? "nobody known";
}

function serve(name: string): void {
  createServer((request, response) => {
    response.end(`${name}, called by ${callerOf(request.headers["x-forwarded-client-cert"])}`);
  }).listen(8080);
}

function ask(url: string): void {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let last = "";
  let asked = 0;
  const tell = (answer: string): void => {
    asked += 1;
    if (answer !== last) console.log(JSON.stringify({ at: Date.now(), asked, answer }));
    last = answer;
    setTimeout(next, 20);
  };
  const next = (): void => {
    const request = get(url, { agent, timeout: 5_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => {
        tell(response.statusCode === 200 ? text : `status ${response.statusCode}`);
      });
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", (error: NodeJS.ErrnoException) => {
      tell(`no answer (${error.code ?? error.message})`);
    });
  };
  next();
}

const [role, operand = ""] = process.argv.slice(2);
if (role === "server") serve(operand);
else ask(operand);
