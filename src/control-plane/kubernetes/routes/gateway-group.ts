/** The API group of routes and gateways. */
export const gatewayGroup = "gateway.networking.k8s.io";
