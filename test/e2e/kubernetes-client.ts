/**
 * The Kubernetes API without kubectl: for scenarios that make many requests, or look at the very bytes of an answer.
 */
import { Agent, request } from "node:https";
import { text as readText } from "node:stream/consumers";
import { kubectlOk } from "./kubectl.ts";

/** Whatever the API server answered. */
export interface ApiAnswer {
  readonly status: number;
  /** The body as it came. */
  readonly text: string;
}

export interface KubernetesClient {
  /** Sends one request; rejects only where there was no answer. */
  request(method: string, path: string, body?: object): Promise<ApiAnswer>;
  /** The same where only success will do: the answer, parsed. The caller says what it is. */
  ok<T>(method: string, path: string, body?: object): Promise<T>;
}

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly "certificate-authority-data"?: string } },
  ];
  readonly users: readonly [{ readonly user: User }];
}

interface User {
  readonly "client-certificate-data"?: string;
  readonly "client-key-data"?: string;
  readonly token?: string;
}

/** No answer within this time counts as none, in milliseconds: above the 30 s that the API server itself gives a request. */
const timeoutMs = 35_000;

let connected: Promise<KubernetesClient> | undefined;

/** The process's client, with the administrator's rights. Its idle connections do not keep the process alive. */
export async function kubernetesClient(): Promise<KubernetesClient> {
  connected ??= connect();
  return connected;
}

/** By client certificate or token, which is what local clusters come with. */
async function connect(): Promise<KubernetesClient> {
  const config = JSON.parse(
    await kubectlOk(["config", "view", "--raw", "--flatten", "--minify", "-o", "json"]),
  ) as Kubeconfig;
  const { server, "certificate-authority-data": ca } = config.clusters[0].cluster;
  const agent = new Agent({ keepAlive: true, ...credentials(config.users[0].user), ...decoded("ca", ca) });
  const headers = headersOf(config.users[0].user);
  const send = async (method: string, path: string, body?: object): Promise<ApiAnswer> =>
    exchange(new URL(path, server), { method, agent, headers }, body);
  return {
    request: send,
    ok: async <T>(method: string, path: string, body?: object) => {
      const answer = await send(method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return JSON.parse(answer.text) as T;
    },
  };
}

function decoded(name: string, base64: string | undefined): Readonly<Record<string, Buffer>> {
  return base64 === undefined ? {} : { [name]: Buffer.from(base64, "base64") };
}

function credentials(user: User): object {
  return { ...decoded("cert", user["client-certificate-data"]), ...decoded("key", user["client-key-data"]) };
}

function headersOf({ token }: User): Readonly<Record<string, string>> {
  // The API server derives the name of a field's manager from it.
  const common = { "user-agent": "outrigger-e2e", accept: "application/json" };
  return token === undefined ? common : { ...common, authorization: `Bearer ${token}` };
}

interface Exchange {
  readonly method: string;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
}

async function exchange(url: URL, { method, agent, headers }: Exchange, body?: object): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const contentType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const outgoing = request(
      url,
      { method, agent, headers: { ...headers, "content-type": contentType }, signal: AbortSignal.timeout(timeoutMs) },
      (incoming) => {
        readText(incoming).then((text) => {
          resolve({ status: incoming.statusCode ?? 0, text });
        }, reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
