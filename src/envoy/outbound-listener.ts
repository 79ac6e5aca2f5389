/**
 * Where captured outbound connections arrive in standalone mode.
 */
import { listenOn } from "./address.ts";
import type { BootstrapInput } from "./bootstrap-input.ts";
import { refuseOwnCalls } from "./capture-port.ts";
import { transparentChains } from "./captured-traffic.ts";
import { listenerKeepalive } from "./keepalive.ts";
import { ports } from "./ports.ts";
import { detectProtocol } from "./protocol-detection.ts";
import type { Listener } from "./resource.ts";

/** The listener that passes on what the application sends. */
export function outboundListener(input: BootstrapInput): Listener {
  return {
    name: "outbound",
    stat_prefix: "outbound",
    traffic_direction: "OUTBOUND",
    ...listenOn(input.ipFamilies, ports.outbound),
    socket_options: listenerKeepalive,
    ...detectProtocol([], input.opaquePorts),
    ...transparentChains("outbound", [refuseOwnCalls({ destination_port: ports.outbound })], input),
  };
}
