/**
 * Where captured inbound connections arrive in standalone mode.
 */
import { listenOn } from "./address.ts";
import type { BootstrapInput } from "./bootstrap-input.ts";
import { refuseCapturePort } from "./capture-port.ts";
import { transparentChains } from "./captured-traffic.ts";
import { clientAddressMark } from "../iptables/marks.ts";
import { listenerKeepalive } from "./keepalive.ts";
import { ports } from "./ports.ts";
import { detectProtocol } from "./protocol-detection.ts";
import type { Extension, Listener } from "./resource.ts";
import { extension } from "./resource.ts";

/**
 * With TPROXY the application sees the client's own address. The mark is how the capture rules know the proxy's
 * connections from the client's, and how the answers find their way back to the proxy.
 */
export const clientSource: Extension = extension(
  "client-source",
  "envoy.extensions.filters.listener.original_src.v3.OriginalSrc",
  { mark: clientAddressMark },
);

/** The listener that passes on what comes for the application. */
export function inboundListener(input: BootstrapInput): Listener {
  const transparent = input.interceptionMode === "tproxy";
  return {
    name: "inbound",
    stat_prefix: "inbound",
    traffic_direction: "INBOUND",
    ...(transparent ? { transparent } : {}),
    ...listenOn(input.ipFamilies, ports.inbound),
    socket_options: listenerKeepalive,
    ...detectProtocol(transparent ? [clientSource] : [], input.opaquePorts),
    ...transparentChains("inbound", [ports.outbound, ports.inbound].map(refuseCapturePort), input),
  };
}
