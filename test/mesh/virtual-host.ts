/** A port's routes as Envoy's `VirtualHost`, in its JSON form: what the product sends encoded, in two parts. */
import type { RoutedPort } from "../../src/control-plane/model/route.ts";
import { ruleRoutes } from "../../src/control-plane/xds/routes/rule-routes.ts";
import { hostFields } from "../../src/control-plane/xds/routes/virtual-host.ts";
import type { Json } from "./translate.ts";

export function virtualHost(routed: RoutedPort): Json {
  return { ...hostFields(routed), routes: routed.rules.flatMap((rule) => ruleRoutes(rule, routed)) };
}
