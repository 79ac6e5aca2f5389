/**
 * Redirects in answers to probes. The kubelet follows a redirect to the host it asked and takes any other for success.
 * Behind the proxy it would follow to the proxy's port, where the path means nothing; so the proxy follows in its place,
 * and hides other targets, which leaves the kubelet with the success it would have seen.
 *
 * Followed: relative targets and those at the very address and port of the probe, up to the kubelet's ten. A redirect to
 * another port or scheme of the same pod counts as one to another host.
 */
import type { Extension, TypedConfig } from "./resource.ts";
import { extension, typedConfig } from "./resource.ts";

const script = `
local followed = { ["301"] = true, ["302"] = true, ["303"] = true, ["307"] = true, ["308"] = true }
local default_port = { http = ":80", https = ":443" }

-- Keeps the request, for asking again.
function envoy_on_request(handle)
  if not handle:filterContext():get("cluster") then return end
  local request = {}
  for name, value in pairs(handle:headers()) do request[name] = value end
  handle:streamInfo():dynamicMetadata():set("outrigger.redirects", "request", request)
end

-- Whether scheme and server name the probed server.
local function is_probed(scheme, server, probe)
  if scheme ~= probe:get("scheme") then return false end
  return server == probe:get("authority") or server .. default_port[scheme] == probe:get("authority")
end

-- The path on the probed server that a redirect leads to, or nil where it leads elsewhere.
local function follow(location, current, probe)
  local scheme, rest = string.match(location, "^(%a[%w+.-]*):(.*)")
  local server, path = string.match(rest or location, "^//([^/?#]*)([^#]*)")
  if server then
    if not is_probed(scheme or probe:get("scheme"), server, probe) then return nil end
    return string.sub(path, 1, 1) == "/" and path or "/" .. path
  end
  if scheme then return nil end
  path = string.match(location, "^[^#]*")
  local base = string.match(current, "^[^?]*")
  local first = string.sub(path, 1, 1)
  if first == "/" then return path end
  if first == "?" then return base .. path end
  return path == "" and current or string.match(base, "^.*/") .. path
end

function envoy_on_response(handle)
  local probe = handle:filterContext()
  if not probe:get("cluster") then return end
  local kept = handle:streamInfo():dynamicMetadata():get("outrigger.redirects")
  local headers = handle:headers()
  local status, location = headers:get(":status"), headers:get("location")
  local request, path = kept and kept["request"], probe:get("path")
  for _ = 1, 10 do
    path = request and location and followed[status] and follow(location, path, probe)
    if not path then break end
    request[":path"] = path
    request[":authority"] = probe:get("host") or request[":authority"]
    local options = { timeout_ms = probe:get("milliseconds"), send_xff = false }
    local answer = handle:httpCall(probe:get("cluster"), request, "", options)
    status, location = answer[":status"], answer["location"]
  end
  headers:replace(":status", status)
  headers:remove("location")
end
`;

const name = "redirects";

/** An HTTP filter that does nothing but on routes with {@link followRedirects}. */
export const redirectFilter: Extension = extension(name, "envoy.extensions.filters.http.lua.v3.Lua", {
  default_source_code: { inline_string: script },
});

/** What the script must know of a probe. */
export interface ProbedServer {
  readonly cluster: string;
  readonly scheme: "http" | "https";
  /** `address:port` that the probe asks. */
  readonly authority: string;
  /** The Host header to send; undefined for the request's own. */
  readonly host: string | undefined;
  /** Path and query of the first request. */
  readonly path: string;
  /** Time for each request that follows a redirect, in milliseconds. */
  readonly milliseconds: number;
}

/** The `typed_per_filter_config` of a probe's route. */
export function followRedirects({ host, ...probe }: ProbedServer): Readonly<Record<string, TypedConfig>> {
  const context = host === undefined ? probe : { ...probe, host };
  return { [name]: typedConfig("envoy.extensions.filters.http.lua.v3.LuaPerRoute", { filter_context: context }) };
}
