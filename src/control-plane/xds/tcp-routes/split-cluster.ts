/** What a cluster has beside its endpoints when a TCPRoute leads its connections to several Services. */
import type { Extension } from "../../../envoy/resource.ts";
import type { Carriage } from "../names.ts";
import { clientTls } from "../tls-context.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Key and value of endpoint metadata `envoy.transport_socket_match` that choose mTLS with one identity. */
export function identityMatch(identity: string): { readonly tls: string } {
  return { tls: identity };
}

interface SocketMatch {
  readonly name: string;
  readonly match: Fields;
  readonly transport_socket: Extension;
}

/**
 * For each identity a socket that believes no other: with one for all, an endpoint of one backend could pass for one of
 * another.
 */
export function socketsByIdentity(carriage: Carriage, identities: readonly string[]): readonly SocketMatch[] {
  return identities.map((identity) => ({
    name: identity,
    match: identityMatch(identity),
    transport_socket: clientTls(carriage, [identity]),
  }));
}

const byWeight = { locality_weighted_lb_config: {} } as const;

interface Balancing extends Fields {
  readonly lb_policy?: string;
  readonly common_lb_config?: Fields;
  readonly load_balancing_policy?: { readonly policies: readonly { readonly typed_extension_config: Extension }[] };
}

/** Fields of a cluster's load balancing, with the weights of its localities heeded. */
export function heedWeights({ common_lb_config, load_balancing_policy, ...others }: Balancing): Fields {
  if (load_balancing_policy === undefined) return { ...others, common_lb_config: { ...common_lb_config, ...byWeight } };
  const policies = load_balancing_policy.policies.map(({ typed_extension_config: { name, typed_config } }) => ({
    typed_extension_config: { name, typed_config: { ...typed_config, ...byWeight } },
  }));
  return { ...others, ...(common_lb_config && { common_lb_config }), load_balancing_policy: { policies } };
}
