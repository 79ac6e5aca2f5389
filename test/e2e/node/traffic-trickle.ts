/**
 * A pod that sends a request every 50 ms, as a user's browser would all day, and notes each that was not answered well.
 */
import { eventually } from "../../eventually.ts";
import { kubectlOk } from "../kubectl.ts";
import { run } from "./running-pods.ts";

/** What has become of the requests so far. */
export interface TrickleReport {
  readonly answered: number;
  /** Time and reason of each request that got no answer, or another than 200. */
  readonly failures: readonly string[];
}

/** Runs in the pod: Node's own client, which keeps its connections. Each line is a report. */
const program = `
  const { get } = require("node:http");
  const report = { answered: 0, failures: [] };
  const failed = (reason) => report.failures.push(new Date().toISOString() + " " + reason);
  setInterval(() => {
    get(process.env.URL, { timeout: 5000 }, (response) => {
      response.resume();
      if (response.statusCode === 200) report.answered += 1;
      else failed("status " + response.statusCode);
    }).on("timeout", function () { this.destroy(new Error("no answer within 5 s")); })
      .on("error", ({ message }) => failed(message));
  }, 50);
  setInterval(() => console.log(JSON.stringify(report)), 500);
  process.on("SIGTERM", () => process.exit(0));
`;

/** Starts it as the pod `trickle`, a bare one, which nobody restarts; resolves when the first answers have come. */
export async function startTrickle(namespace: string, url: string): Promise<() => Promise<TrickleReport>> {
  const container = {
    name: "trickle",
    image: "outrigger.test/app:1",
    imagePullPolicy: "IfNotPresent",
    command: ["/nodejs/bin/node", "-e", program],
    env: [{ name: "URL", value: url }],
  };
  const spec = { terminationGracePeriodSeconds: 1, containers: [container] };
  await run(namespace, { apiVersion: "v1", kind: "Pod", metadata: { name: "trickle" }, spec });
  const report = async (): Promise<TrickleReport> => {
    const line = await kubectlOk(["-n", namespace, "logs", "trickle", "-c", "trickle", "--tail=1"]);
    return line === "" ? { answered: 0, failures: [] } : (JSON.parse(line) as TrickleReport);
  };
  await eventually("requests are answered", async () => (await report()).answered > 0, 30_000);
  return report;
}
