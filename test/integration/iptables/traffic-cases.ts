/**
 * Who must accept a connection under which settings: what users are promised, as a table that real traffic is held to.
 *
 * A connection is written `<who> > <place>:<port>`. Who connects: `app`, `proxy` (user 1337), `group` (another user of the
 * group 1337), `delivery` (the proxy from the address it delivers from), `client` (outside the pod). Who accepts: `app`,
 * `inbound` and `outbound` (the proxy's listeners), `proxy` (its ports that are never captured), `remote` (outside).
 */
import type { PlanText } from "../../capture-plans.ts";

export interface TrafficCase {
  readonly name: string;
  readonly settings: PlanText;
  readonly accepted: Readonly<Record<string, string>>;
}

const insideThePod = {
  "app > loopback:8080": "app",
  "app > pod:8080": "app",
  "proxy > loopback:8080": "app",
  "delivery > pod:8080": "app",
};

const untouchedUdp = {
  "app > remote:53/udp": "remote",
  "client > pod:53/udp": "app",
};

export const trafficCases: readonly TrafficCase[] = [
  {
    name: "by default everything is captured, but for the proxy itself, loopback, its own ports and UDP",
    settings: {},
    accepted: {
      "client > pod:8080": "inbound",
      "client > pod:22": "inbound",
      "client > pod-eth1:8080": "inbound",
      "client > pod:15020": "proxy",
      "client > pod:15021": "proxy",
      "client > pod:15090": "proxy",
      "app > remote:80": "outbound",
      "app > remote:53": "outbound",
      "app > client:443": "outbound",
      "app > client-eth1:443": "outbound",
      "proxy > remote:80": "remote",
      "group > remote:80": "remote",
      ...insideThePod,
      ...untouchedUdp,
      "app > loopback:15020": "proxy",
    },
  },
  {
    name: "the proxy's call to its own pod comes in like any other, by the inbound rules",
    settings: { "exclude-inbound-ports": "8081" },
    accepted: {
      "proxy > pod:8080": "inbound",
      "group > pod:8080": "inbound",
      "proxy > pod:8081": "app",
      "proxy > pod:15020": "proxy",
      ...insideThePod,
    },
  },
  {
    name: "exclude-inbound-ports",
    settings: { "exclude-inbound-ports": "22,8081-9000" },
    accepted: {
      "client > pod:22": "app",
      "client > pod:8081": "app",
      "client > pod:8080": "inbound",
      "client > pod:9090": "inbound",
    },
  },
  {
    name: "include-inbound-ports, where exclude-inbound-ports and the proxy's own ports win",
    settings: { "include-inbound-ports": "8080-8081,15020", "exclude-inbound-ports": "8081" },
    accepted: {
      "client > pod:8080": "inbound",
      "client > pod:8081": "app",
      "client > pod:9090": "app",
      "client > pod:15020": "proxy",
      "app > remote:80": "outbound",
    },
  },
  {
    name: "more ports than one rule can hold",
    settings: {
      "include-inbound-ports": "1001,1003,1005,1007,1009,1011,1013,1015,1017,1019,1021,1023,1025,1027,8080-8081,9090",
    },
    accepted: { "client > pod:8080": "inbound", "client > pod:9090": "inbound", "client > pod:22": "app" },
  },
  {
    name: "no inbound ports",
    settings: { "include-inbound-ports": " " },
    accepted: {
      "client > pod:8080": "app",
      "app > remote:80": "outbound",
      "proxy > remote:80": "remote",
      "proxy > pod:8080": "app",
      ...insideThePod,
    },
  },
  {
    name: "exclude-outbound-ports",
    settings: { "exclude-outbound-ports": "443,9000-9999" },
    accepted: {
      "app > remote:443": "remote",
      "app > remote:9090": "remote",
      "app > remote:80": "outbound",
      "proxy > pod:9090": "inbound",
      "client > pod:9090": "inbound",
    },
  },
  {
    name: "exclude-outbound-cidrs",
    settings: { "exclude-outbound-cidrs": "192.0.2.0/24,2001:db8:1::/48" },
    accepted: { "app > remote:80": "remote", "app > other-remote:80": "outbound", "proxy > other-remote:80": "remote" },
  },
  {
    name: "include-outbound-cidrs, where exclude-outbound-cidrs and exclude-outbound-ports win",
    settings: {
      "include-outbound-cidrs": "192.0.2.0/24,198.51.100.0/24,2001:db8::/32",
      "exclude-outbound-cidrs": "198.51.100.1,2001:db8:2::1",
      "exclude-outbound-ports": "443",
    },
    accepted: {
      "app > remote:80": "outbound",
      "app > remote:443": "remote",
      "app > other-remote:80": "remote",
      "app > client:80": "remote",
      ...insideThePod,
    },
  },
  {
    name: "include-outbound-ports wherever they go, unless excluded",
    settings: {
      "include-outbound-cidrs": " ",
      "include-outbound-ports": "80,9090",
      "exclude-outbound-ports": "9090",
      "exclude-outbound-cidrs": "198.51.100.0/24,2001:db8:2::/48",
    },
    accepted: {
      "app > remote:80": "outbound",
      "app > client:80": "outbound",
      "app > remote:443": "remote",
      "app > remote:9090": "remote",
      "app > other-remote:80": "remote",
      "client > pod:8080": "inbound",
    },
  },
  {
    name: "nothing outbound: the proxy's call to its own pod still comes in",
    settings: { "include-outbound-cidrs": " " },
    accepted: {
      "app > remote:80": "remote",
      "client > pod:8080": "inbound",
      "proxy > pod:8080": "inbound",
      ...insideThePod,
    },
  },
  {
    name: "exclude-interfaces, both ways",
    settings: { "exclude-interfaces": "eth1,absent0" },
    accepted: {
      "client > pod-eth1:8080": "app",
      "client > pod:8080": "inbound",
      "app > client-eth1:80": "remote",
      "app > client:80": "outbound",
    },
  },
  {
    name: "mode none",
    settings: { "interception-mode": "none" },
    accepted: { "client > pod:8080": "app", "app > remote:80": "remote", "proxy > pod:8080": "app" },
  },
];
