/**
 * Where captured inbound connections arrive. What a client may bring is decided by port: TLS of the mesh, told by its ALPN,
 * plaintext, or both. What is not taken is closed, counted (`tcp.inbound-refused`) and logged.
 */
import { handshakeAccessLog } from "../../envoy/access-log.ts";
import { listenOn } from "../../envoy/address.ts";
import { refuseCapturePort } from "../../envoy/capture-port.ts";
import { clientSource } from "../../envoy/inbound-listener.ts";
import { listenerKeepalive } from "../../envoy/keepalive.ts";
import { ports } from "../../envoy/ports.ts";
import { disabledOn, httpInspector, inspectionTimeout, originalDestination } from "../../envoy/protocol-detection.ts";
import type { Listener } from "../../envoy/resource.ts";
import { extension } from "../../envoy/resource.ts";
import type { InboundTls } from "../model/workload.ts";
import { handshakeFields } from "./access-log-fields.ts";
import { inboundChains, sidecarChain } from "./inbound-chains.ts";
import type { ListenerInput } from "./listener-input.ts";
import { inboundName } from "./names.ts";

/**
 * How long a client may take for its first bytes where both TLS and plaintext are taken. Then it counts as a plaintext
 * client whose server speaks first, which waits so long on every connection; a sidecar that is slower than this, on a
 * machine that is short of CPU, would be misunderstood.
 */
const undecidedTimeout = "0.5s";
/** Where only TLS is taken, a silent client can only be slow. */
const tlsOnlyTimeout = "10s";

function takesOnly(mode: InboundTls["mode"], { mode: usual, ports }: InboundTls): boolean {
  return usual === mode && ports.every((port) => port.mode === mode);
}

function patience(tls: InboundTls): Readonly<Record<string, unknown>> {
  const tlsOnly = takesOnly("strict", tls);
  const timeout = takesOnly("disabled", tls) ? inspectionTimeout : tlsOnly ? tlsOnlyTimeout : undecidedTimeout;
  return { listener_filters_timeout: timeout, continue_on_listener_filters_timeout: !tlsOnly };
}

function tlsInspector({ mode, ports }: InboundTls): readonly Readonly<Record<string, unknown>>[] {
  const inspector = extension("tls-inspector", "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector");
  const plain = ports.filter((port) => port.mode === "disabled").map(({ port }) => ({ first: port, last: port }));
  if (mode === "disabled" && plain.length === ports.length) return [];
  return [{ ...inspector, ...(mode === "disabled" ? {} : disabledOn(plain)) }];
}

/** The listener that passes on what comes for the application. */
export function inboundListener(input: ListenerInput): Listener {
  const { inboundTls, interceptionMode, ipFamilies, opaquePorts } = input;
  const transparent = interceptionMode === "tproxy";
  return {
    name: inboundName,
    stat_prefix: inboundName,
    traffic_direction: "INBOUND",
    ...(transparent ? { transparent } : {}),
    ...listenOn(ipFamilies, ports.inbound),
    socket_options: listenerKeepalive,
    access_log: handshakeAccessLog(input.accessLog, "inbound", sidecarChain, handshakeFields),
    listener_filters: [
      originalDestination,
      ...(transparent ? [clientSource] : []),
      ...tlsInspector(inboundTls),
      httpInspector(opaquePorts),
    ],
    ...patience(inboundTls),
    filter_chains: [...[ports.outbound, ports.inbound].map(refuseCapturePort), ...inboundChains(input)],
  };
}
