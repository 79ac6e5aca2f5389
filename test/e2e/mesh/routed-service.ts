/**
 * The Service `web` in front of the pod `blue`, for scenarios that give it routes; the Services `blue` and `green` with their
 * pods, which routes can lead to; and clients.
 */
import { randomBytes } from "node:crypto";
import { after, before } from "node:test";
import { eventually } from "../../eventually.ts";
import { kubectlOk } from "../kubectl.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { applicationPod, applicationPorts, applicationService } from "../node/application.ts";
import { run } from "../node/running-pods.ts";
import type { ScenarioContext } from "../scenario.ts";
import { installGatewayApi } from "./gateway-api.ts";
import { applyRoute, send } from "./http-routes.ts";
import type { Answer, HttpRoute, SentRequest } from "./http-routes.ts";
import { awaitMesh } from "./mesh-installation.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const { http } = applicationPorts;
/** One port that URLs need not name, and one that they must. */
const webPorts = [
  { name: "http", port: 80, targetPort: http },
  { name: "http-alt", port: 8000, targetPort: http },
];
/** A route has reached a sidecar within this time, on a machine that has much else to do. */
const patienceMs = 30_000;

export class RoutedService {
  readonly namespace: string;
  /** Pods of the application's image. */
  readonly clients: readonly string[] = ["client-0", "client-1", "client-2"];

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  async start(others: readonly object[]): Promise<void> {
    await run(
      this.namespace,
      ...others,
      applicationService("web", { ports: webPorts }, "blue"),
      ...["blue", "green"].flatMap((name) => [applicationPod(name), applicationService(name)]),
      ...this.clients.map((name) => applicationPod(name)),
    );
  }

  /** Sends requests one after another from the first client. */
  async send(...urls: readonly string[]): Promise<readonly Answer[]> {
    return send(
      this.namespace,
      this.clients[0] ?? "",
      urls.map((url): SentRequest => ({ url })),
    );
  }

  /** Resolves when an answer comes of which this holds. */
  async answered(url: string, what: string, isSo: (answer: Answer) => boolean): Promise<void> {
    await eventually(`${url} is answered ${what}`, async () => (await this.send(url)).every(isSo), patienceMs);
  }

  /**
   * Applies a route of `web`, and resolves when the first client's sidecar has it; once the scenario ends it is deleted, and
   * the sidecar has lost it. Shows what happened if the scenario fails.
   */
  async use(context: ScenarioContext, route: HttpRoute): Promise<void> {
    showMeshOnFailure(context, this.namespace);
    const marker = randomBytes(4).toString("hex");
    const url = `http://web/marker/${marker}`;
    const isMarked = ({ headers }: Answer): boolean => headers["location"]?.includes(marker) === true;
    context.cleanUp(async () => {
      await kubectlOk(["-n", this.namespace, "delete", "httproute", route.name, "--ignore-not-found"]);
      await this.answered(url, `as without ${route.name}`, (answer) => !isMarked(answer));
    });
    await applyRoute(this.namespace, { ...route, rules: [...route.rules, markingRule(marker)] });
    await this.answered(url, `as ${route.name} says`, isMarked);
  }
}

/** By which it is seen that a sidecar has a route with all its rules. */
function markingRule(marker: string): object {
  const filters = [{ type: "RequestRedirect", requestRedirect: { hostname: `${marker}.test` } }];
  return { matches: [{ path: { type: "Exact", value: `/marker/${marker}` } }], filters };
}

/**
 * Starts it before the first scenario of a file, in a namespace of its own; the returned function gives it to scenarios.
 *
 * @param others further objects of the namespace
 */
export function routedServiceOfFile(prefix: string, others: readonly object[] = []): () => RoutedService {
  const namespaces = createTestNamespaces(prefix);
  let started: RoutedService | undefined;
  before(async () => {
    await installGatewayApi();
    await awaitMesh();
    const service = new RoutedService(await namespaces.create(injectionEnabled));
    await service.start(others);
    started = service;
  });
  after(async () => namespaces.deleteAll());
  return () => {
    if (started === undefined) throw new Error("the routed Service has not been started");
    return started;
  };
}
