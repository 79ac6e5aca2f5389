/**
 * The discovery server: gRPC over TLS, one delta stream for each proxy, changes passed on to the streams that they concern.
 */
import { Server } from "@grpc/grpc-js";
import { isIPv6 } from "node:net";
import { OutriggerError } from "../../errors.ts";
import type { DepartedPod } from "../model/departed-pods.ts";
import type { NamespacedName } from "../model/workload.ts";
import type { ResourceSource, TypeUrl } from "./resource-source.ts";
import { createChangePacer } from "./change-pacer.ts";
import { DepartedUids } from "./departed-uids.ts";
import { discoveryService } from "./discovery-service.ts";
import type { DiscoverySettings } from "./discovery-settings.ts";
import { connectionGrace } from "./discovery-settings.ts";
import type { DiscoveryStream, ProxyStatus } from "./discovery-stream.ts";
import type { IncomingDependencies } from "./incoming-stream.ts";
import { acceptStream } from "./incoming-stream.ts";
import { inSlices } from "./in-slices.ts";
import type { KeyedCertificate } from "./live-credentials.ts";
import { LiveCredentials } from "./live-credentials.ts";
import { SubscriberIndex } from "./subscriber-index.ts";
import type { SentResource } from "./type-subscription.ts";

/** Where the server's own certificate comes from. */
export interface ServerCertificate {
  /** Undefined while there is none: connections are then dropped. */
  current(): KeyedCertificate | undefined;
  /** Calls back with each new one; returns how to stop. */
  onChange(listener: (certificate: KeyedCertificate) => void): () => void;
}

export interface DiscoveryServerOptions extends Pick<
  IncomingDependencies,
  "authenticator" | "trustDomain" | "prepare" | "random" | "clock" | "log" | "metrics"
> {
  readonly source: ResourceSource;
  readonly certificate: ServerCertificate;
  readonly settings: DiscoverySettings;
}

export interface DiscoveryServer {
  /**
   * Resolves to the port once it is listening.
   *
   * @param host every address of both families, unless given
   * @throws OutriggerError `OUTRIGGER_LISTEN_FAILED`
   */
  listen(port: number, host?: string): Promise<number>;
  /** Takes no new streams, ends those that are open one by one, and resolves when the last is gone. */
  stop(): Promise<void>;
  /** These pods are gone: their streams end, and their tokens open no other. */
  depart(pods: readonly DepartedPod[]): void;
  /** The proxies that are connected to this replica. */
  proxies(): readonly ProxyStatus[];
  /** One of them, with all that it has; of its latest stream, where it has just connected anew. */
  proxy(pod: NamespacedName): ConnectedProxy | undefined;
}

/** A connected proxy with the resources that it has, by type. */
export interface ConnectedProxy {
  readonly status: ProxyStatus;
  readonly contents: ReadonlyMap<TypeUrl, readonly SentResource[]>;
}

/** Streams that have been ended are given so long to be gone. */
const lastFlushMs = 1_000;

function grpcOptions(settings: DiscoverySettings): Readonly<Record<string, number>> {
  return {
    "grpc.max_receive_message_length": settings.requestBytes,
    "grpc.max_concurrent_streams": settings.streamsPerConnection,
    "grpc.keepalive_time_ms": settings.keepaliveMs,
    "grpc.keepalive_timeout_ms": settings.keepaliveTimeoutMs,
    "grpc.max_connection_age_ms": settings.connectionAgeMs,
    "grpc.max_connection_age_grace_ms": connectionGrace(settings.connectionAgeMs),
    // Its records of every connection and stream are for a debugger that we do not serve.
    "grpc.enable_channelz": 0,
  };
}

/** Makes the server; nothing happens before `listen()`. */
export function createDiscoveryServer(options: DiscoveryServerOptions): DiscoveryServer {
  const { source, certificate, settings, clock } = options;
  const index = new SubscriberIndex<DiscoveryStream>();
  const departed = new DepartedUids();
  const server = new Server(grpcOptions(settings));
  const credentials = new LiveCredentials(certificate.current());
  const pacer = createChangePacer(
    (change, since) =>
      inSlices(
        index.concerned(change),
        ([stream, recheck]) => {
          stream.recheck(recheck, since);
        },
        { clock },
      ),
    clock,
    settings.pacer,
  );
  server.addService(
    { ...discoveryService },
    {
      deltaAggregatedResources: (call: Parameters<typeof acceptStream>[0]) => {
        acceptStream(call, { ...options, ...settings, index, departed });
      },
    },
  );
  const subscriptions = [
    certificate.onChange((next) => {
      credentials.replace(next);
    }),
    source.subscribe(pacer.add),
  ];

  return {
    listen: (port, host = "::") => bind(server, credentials, port, host),
    stop: async () => {
      const closed = Promise.withResolvers<undefined>();
      // The rest is forced below, so an error here is only that something took too long.
      server.tryShutdown(() => {
        closed.resolve(undefined);
      });
      await endOneByOne(options, [...index.all()]);
      const cancel = clock.after(lastFlushMs, () => {
        server.forceShutdown();
      });
      await closed.promise;
      cancel();
      for (const unsubscribe of subscriptions) unsubscribe();
      pacer.stop();
    },
    depart: (pods) => {
      for (const { pod, uid } of pods) {
        departed.add(uid);
        for (const stream of index.of(pod)) if (stream.isOf(uid)) stream.end();
      }
    },
    proxies: () => Array.from(index.all(), (stream) => stream.status()),
    proxy: (pod) => {
      const stream = index.of(pod).at(-1);
      return stream && { status: stream.status(), contents: stream.contents() };
    },
  };
}

async function bind(server: Server, credentials: LiveCredentials, port: number, host: string): Promise<number> {
  const address = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const bound = Promise.withResolvers<number>();
  server.bindAsync(address, credentials, (error, actual) => {
    if (error === null) bound.resolve(actual);
    else bound.reject(new OutriggerError("OUTRIGGER_LISTEN_FAILED", error.message, { cause: error }));
  });
  return await bound.promise;
}

/** Ends these streams, evenly spread over the time that a drain takes. */
async function endOneByOne(
  { clock, settings }: Pick<DiscoveryServerOptions, "clock" | "settings">,
  streams: readonly DiscoveryStream[],
): Promise<void> {
  const ended = streams.map((stream, place) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    clock.after((settings.drainMs * place) / streams.length, () => {
      stream.end();
      resolve(undefined);
    });
    return promise;
  });
  await Promise.all(ended);
}
