/**
 * The graceful end of a sidecar. The kubelet's preStop hook can only send a GET and wait for its answer; Envoy starts a
 * drain on a POST to its admin interface and answers at once. A small script does the one for the other, and a delay
 * holds the answer back until the drain is over.
 */
import type { Extension, Route } from "./resource.ts";
import { extension, seconds, typedConfig } from "./resource.ts";

/**
 * `skip_exit` keeps the listeners open, as clients may learn late that the pod is going; each response then asks its
 * client to close the connection. Outbound traffic goes on: the application still finishes its work.
 */
const drainInbound = "/drain_listeners?graceful&skip_exit&inboundonly";
const adminMilliseconds = 5000;

const script = `
function envoy_on_request(handle)
  local answer = handle:httpCall(
    "admin",
    { [":method"] = "POST", [":path"] = "${drainInbound}", [":authority"] = "admin" },
    "",
    ${adminMilliseconds}
  )
  if answer[":status"] ~= "200" then
    handle:respond({ [":status"] = "503" }, "the drain could not be started")
  end
end
`;

const startDrain = "start-drain";
const waitForDrain = "wait-for-drain";

/** HTTP filters that do nothing but on the drain route. */
export const drainFilters: readonly Extension[] = [
  extension(startDrain, "envoy.extensions.filters.http.lua.v3.Lua"),
  extension(waitForDrain, "envoy.extensions.filters.http.fault.v3.HTTPFault"),
];

/**
 * The route that drains.
 *
 * @param path known to the kubelet only: whoever knows it can drain the pod
 * @param drainSeconds when the answer comes, in seconds; 0 for at once
 */
export function drainRoute(path: string, drainSeconds: number): Route {
  const wait = {
    [waitForDrain]: typedConfig("envoy.extensions.filters.http.fault.v3.HTTPFault", {
      delay: { fixed_delay: seconds(drainSeconds), percentage: { numerator: 100 } },
    }),
  };
  return {
    match: { path, headers: [{ name: ":method", string_match: { exact: "GET" } }] },
    direct_response: { status: 200, body: { inline_string: "drained\n" } },
    typed_per_filter_config: {
      [startDrain]: typedConfig("envoy.extensions.filters.http.lua.v3.LuaPerRoute", {
        source_code: { inline_string: script },
      }),
      ...(drainSeconds > 0 ? wait : {}),
    },
  };
}
