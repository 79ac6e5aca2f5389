/**
 * Every command of the binary, in the order of the help text.
 */
import type { Command } from "./command.ts";
import { check } from "./commands/check.ts";
import { configDefaults, configValidate } from "./commands/config.ts";
import { explain } from "./commands/explain.ts";
import { inject, uninject } from "./commands/inject.ts";
import { install } from "./commands/install.ts";
import { proxyList } from "./commands/proxy-list.ts";
import { proxyCerts, proxyConfig, proxyEndpoints, proxyRoutes } from "./commands/proxy-show.ts";
import { proxyLog, proxyStats } from "./commands/proxy-text.ts";
import { restart } from "./commands/restart.ts";
import { routes } from "./commands/routes.ts";
import { serveControlPlane } from "./commands/serve-control-plane.ts";
import { serveWebhook } from "./commands/serve-webhook.ts";
import { bootstrap, iptables } from "./commands/show-sidecar.ts";
import { uninstall } from "./commands/uninstall.ts";

export const commands: readonly Command[] = [
  install,
  check,
  uninstall,
  restart,
  proxyList,
  proxyConfig,
  proxyEndpoints,
  proxyRoutes,
  proxyCerts,
  proxyStats,
  proxyLog,
  routes,
  serveWebhook,
  serveControlPlane,
  inject,
  uninject,
  explain,
  iptables,
  bootstrap,
  configDefaults,
  configValidate,
];
