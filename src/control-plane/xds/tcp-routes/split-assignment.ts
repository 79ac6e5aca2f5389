/**
 * The endpoints of a destination that has a TCPRoute: a locality for each cohort, with its weight, so that new weights are new
 * endpoints and nothing else, and connections stay that are open.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import { messageDescriptor } from "../../../envoy-api/registry.ts";
import { ports } from "../../../envoy/ports.ts";
import type { IpFamily } from "../../../net/cidr.ts";
import type { Endpoint } from "../../model/destination.ts";
import type { Cohort, WeighedShares } from "../../model/tcp-routes/weigh-shares.ts";
import { addressFields } from "../endpoint-assignment.ts";
import { identityMatch } from "./split-cluster.ts";

const assignment = "envoy.config.endpoint.v3.ClusterLoadAssignment";

function endpointFields({ ip, port, identity }: Endpoint): object {
  const metadata =
    identity === undefined
      ? {}
      : { metadata: { filterMetadata: { "envoy.transport_socket_match": identityMatch(identity) } } };
  return { hostIdentifier: { case: "endpoint", value: { address: addressFields(ip, port) } }, ...metadata };
}

function locality(name: string, weight: number, lbEndpoints: readonly object[]): object {
  return { locality: { subZone: name }, loadBalancingWeight: weight, lbEndpoints };
}

function cohortLocality({ backends, weight, endpoints }: Cohort): object {
  return locality(backends.join(" "), weight, endpoints.map(endpointFields));
}

/**
 * The part that is refused goes to the sidecar itself, where whatever does not come from the application is ended. It is not a
 * missing endpoint, as nobody would be sent there, nor one that does not answer, as the others would be tried instead.
 */
function refusal(weight: number, family: IpFamily): object {
  const loopback = family === "IPv4" ? "127.0.0.1" : "::1";
  const endpoint = {
    address: addressFields(loopback, ports.outbound),
    // Whatever the checks of a policy ask, it would not answer, and lose its part to the others.
    healthCheckConfig: { disableActiveHealthCheck: true },
  };
  return locality("refused", weight, [{ hostIdentifier: { case: "endpoint", value: endpoint } }]);
}

/**
 * The encoded `ClusterLoadAssignment`. Where everything is refused it has no endpoints.
 *
 * @param name the cluster's
 * @param family in which the sidecar itself is reached: that of the destination's address
 */
export function encodeSplit(name: string, { cohorts, refused }: WeighedShares, family: IpFamily): Uint8Array {
  const descriptor = messageDescriptor(assignment);
  const localities = cohorts.map(cohortLocality);
  const isPart = cohorts.length > 0 && refused > 0;
  const endpoints = isPart ? [...localities, refusal(refused, family)] : localities;
  return toBinary(descriptor, create(descriptor, { clusterName: name, endpoints }));
}
