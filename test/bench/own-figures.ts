/** What this process has used. */

export function heapInMegabytes(): number {
  if (globalThis.gc === undefined) throw new Error("run it by node --expose-gc");
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

/** In microseconds; unlike time on the clock, it is the same on a busy machine. */
export function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
