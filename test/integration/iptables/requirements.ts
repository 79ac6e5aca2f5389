/**
 * What these tests need of the machine: they make real network namespaces and give real rules to the real kernel.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const commands = [
  ...["iptables", "ip6tables"].flatMap((name) =>
    ["nft", "legacy"].flatMap((backend) => [`${name}-${backend}-save`, `${name}-${backend}-restore`]),
  ),
  "ip",
  "nsenter",
  "unshare",
  "setpriv",
  "busybox",
  "python3",
];

function isInstalled(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** @throws Error that says what is missing and how to get it */
export function requireNetworkTools(): void {
  if (process.getuid?.() !== 0) throw new Error("these tests make network namespaces: run them as root");
  const missing = commands.filter((command) => !isInstalled(command));
  if (missing.length > 0) {
    throw new Error(
      `not installed: ${missing.join(", ")}; run \`make setup\` (Debian packages iptables, iproute2, util-linux, busybox, python3)`,
    );
  }
}
