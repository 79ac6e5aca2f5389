/**
 * Who may open a stream to the control plane, and what a sidecar that refuses something leaves behind: a client that plays
 * a sidecar, with tokens by the real API server.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { status } from "@grpc/grpc-js";
import { eventually } from "../../eventually.ts";
import { typeUrls } from "../../../src/control-plane/ads/resource-source.ts";
import { kubectlOk } from "../kubectl.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { toolsPod } from "../node/application.ts";
import { run } from "../node/running-pods.ts";
import { nodeOf } from "../../unit/control-plane/ads/discovery-client.ts";
import { scenario } from "../scenario.ts";
import type { ScenarioContext } from "../scenario.ts";
import { controlPlaneCounter, controlPlaneLog } from "./control-plane-deployment.ts";
import { awaitMesh } from "./mesh-installation.ts";
import { withoutSidecar } from "./peers.ts";
import type { TokenRequest } from "./played-sidecar.ts";
import { controlPlaneAudience as audience, createToken, discoveryClient } from "./played-sidecar.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const namespaces = createTestNamespaces("tokens");
let namespace = "";

before(async () => {
  await awaitMesh();
  namespace = await namespaces.create(injectionEnabled);
  await run(namespace, ...["own", "other"].map((name) => toolsPod(name, withoutSidecar)));
});
after(async () => namespaces.deleteAll());

/** Another signature, of the same length. */
function forged(token: string): string {
  const [head = "", claims = "", signature = ""] = token.split(".");
  return [head, claims, Array.from(signature).reverse().join("")].join(".");
}

function unaltered(token: string): string {
  return token;
}

interface Attempt {
  readonly what: string;
  readonly request: TokenRequest;
  readonly alter?: (token: string) => string;
  readonly reason: string;
  readonly code: status;
}

const attempts: readonly Attempt[] = [
  {
    what: "another pod's token",
    request: { pod: "other", audience },
    ...{ reason: "foreign-node", code: status.PERMISSION_DENIED },
  },
  {
    what: "the pod's token for the API server",
    request: { pod: "own" },
    ...{ reason: "wrong-audience", code: status.UNAUTHENTICATED },
  },
  {
    what: "a token with a forged signature",
    ...{ request: { pod: "own", audience }, alter: forged },
    ...{ reason: "invalid-token", code: status.UNAUTHENTICATED },
  },
  {
    what: "a token that is bound to no pod",
    request: { audience },
    ...{ reason: "unbound-token", code: status.UNAUTHENTICATED },
  },
];

/** Tries to connect as the pod `own`; gives the stream's status. */
async function refusalOf(context: ScenarioContext, token: string): Promise<status> {
  const stream = (await discoveryClient(context, namespace)).open(token, { node: nodeOf(namespace, "own") });
  stream.send({ typeUrl: typeUrls.secret, resourceNamesSubscribe: ["workload"] });
  const { code } = await stream.ended;
  assert.deepEqual(stream.responses, []);
  return code;
}

for (const { what, request, alter = unaltered, reason, code } of attempts) {
  scenario(`tokens: ${what} is refused, counted, and never logged`, async (context) => {
    showMeshOnFailure(context, namespace);
    const since = new Date();
    const series = `outrigger_discovery_refused_streams_total{reason="${reason}"}`;
    const counted = await controlPlaneCounter(series);
    const token = alter(await createToken(namespace, request));
    assert.equal(await refusalOf(context, token), code);
    assert.equal(await controlPlaneCounter(series), counted + 1);
    const lines = await controlPlaneLog(since);
    assert.ok(lines.some((line) => line.msg === "stream refused" && line["reason"] === reason));
    assert.ok(!JSON.stringify(lines).includes(token.slice(-40)), "the log has the token");
  });
}

scenario("tokens: the pod's own token opens the stream, and no longer once the pod is gone", async (context) => {
  showMeshOnFailure(context, namespace);
  await run(namespace, toolsPod("brief", withoutSidecar));
  const token = await createToken(namespace, { pod: "brief", audience });
  const client = await discoveryClient(context, namespace);
  const node = nodeOf(namespace, "brief");
  const ask = { typeUrl: typeUrls.secret, resourceNamesSubscribe: ["workload"] };
  const stream = client.open(token, { node });
  stream.send(ask);
  assert.deepEqual(
    (await stream.response(0)).resources.map(({ name }) => name),
    ["workload"],
  );
  stream.cancel();
  await kubectlOk(["-n", namespace, "delete", "pod", "brief"]);
  const code = async (): Promise<status> => {
    const late = client.open(token, { node });
    late.send(ask);
    const answered = late.response(0).then(
      () => status.OK,
      () => status.UNKNOWN,
    );
    const given = await Promise.race([answered, late.ended.then((end) => end.code)]);
    late.cancel();
    return given;
  };
  // What the API server has said of it is believed for a minute.
  await eventually("it is refused", async () => (await code()) === status.UNAUTHENTICATED, 90_000);
});

scenario(
  "refusals: what a sidecar refuses is logged in its words, with the pod's name, and counted",
  async (context) => {
    showMeshOnFailure(context, namespace);
    const since = new Date();
    const series = 'outrigger_discovery_nacks_total{type="secret"}';
    const counted = await controlPlaneCounter(series);
    const client = await discoveryClient(context, namespace);
    const stream = client.open(await createToken(namespace, { pod: "own", audience }), {
      node: nodeOf(namespace, "own"),
    });
    stream.send({ typeUrl: typeUrls.secret, resourceNamesSubscribe: ["workload"] });
    const { typeUrl, nonce } = await stream.response(0);
    const message = "I don't like this certificate";
    stream.send({ typeUrl, responseNonce: nonce, errorDetail: { code: 3, message } });
    await eventually("it is counted", async () => (await controlPlaneCounter(series)) === counted + 1);
    const line = (await controlPlaneLog(since)).find(({ msg }) => msg === "proxy refused resources");
    assert.equal(line?.["proxy"], `${namespace}/own`);
    assert.equal(line["reason"], message);
    stream.cancel();
  },
);
