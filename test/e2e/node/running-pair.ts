/**
 * A client and a server with their sidecars in a namespace of their own, and the question whether traffic still passes
 * between them: through both proxies, no more and no less.
 */
import { injectionEnabled } from "../namespaces.ts";
import type { TestNamespaces } from "../namespaces.ts";
import { applicationDeployment, applicationService, toolsPod } from "./application.ts";
import { fetchIn } from "./client-and-server.ts";
import { nameOf, podOfDeployment, run } from "./running-pods.ts";
import { expectTraffic, oneRequestIn, oneRequestOut } from "./watched-traffic.ts";

/** Starts both; resolves to their namespace once they are ready. */
export async function startPair(namespaces: TestNamespaces): Promise<string> {
  const namespace = await namespaces.create(injectionEnabled);
  await run(namespace, applicationService("web"), applicationDeployment("web"), toolsPod("client"));
  return namespace;
}

/** Sends one request and checks by the counters that it has passed through both proxies. */
export async function expectPairTraffic(namespace: string): Promise<void> {
  const server = nameOf(await podOfDeployment(namespace, "web"));
  const expected = { client: oneRequestOut, [server]: oneRequestIn };
  await expectTraffic(namespace, expected, async () => fetchIn(namespace, "client", "http://web/"));
}

/** Whether the application answers at all. */
export async function pairAnswers(namespace: string): Promise<boolean> {
  return fetchIn(namespace, "client", "http://web/").then(
    () => true,
    () => false,
  );
}
