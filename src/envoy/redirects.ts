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

-- Envoy's own tables die at the next call of another server.
local function copy(envoys)
  local ours = {}
  for name, value in pairs(envoys) do ours[name] = value end
  return ours
end

-- Keeps the request, for asking again.
function envoy_on_request(handle)
  if not handle:filterContext():get("cluster") then return end
  handle:streamInfo():dynamicMetadata():set("outrigger.redirects", "request", copy(handle:headers()))
end

-- Whether scheme and server name the probed server.
local function is_probed(scheme, server, probe)
  if scheme ~= probe.scheme then return false end
  return server == probe.authority or server .. default_port[scheme] == probe.authority
end

-- The path on the probed server that a redirect leads to, or nil where it leads elsewhere.
local function follow(location, current, probe)
  local scheme, rest = string.match(location, "^(%a[%w+.-]*):(.*)")
  local server, path = string.match(rest or location, "^//([^/?#]*)([^#]*)")
  if server then
    if not is_probed(scheme or probe.scheme, server, probe) then return nil end
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
  local probe = copy(handle:filterContext())
  local status, location = handle:headers():get(":status"), handle:headers():get("location")
  if not probe.cluster or not followed[status] or not location then return end
  local kept = handle:streamInfo():dynamicMetadata():get("outrigger.redirects")
  if not kept then return end
  local request = copy(kept["request"])
  request[":authority"] = probe.host or request[":authority"]
  local options, path = { timeout_ms = probe.milliseconds, send_xff = false }, probe.path
  for _ = 1, 10 do
    path = followed[status] and location and follow(location, path, probe)
    if not path then break end
    request[":path"] = path
    local answer = handle:httpCall(probe.cluster, request, "", options)
    status, location = answer[":status"], answer["location"]
  end
  handle:headers():replace(":status", status)
  handle:headers():remove("location")
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
