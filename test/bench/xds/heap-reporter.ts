/**
 * Loaded into the control plane before itself (`--import`): says how much of its heap is in use after a full collection,
 * when its parent asks. Without it memory that grows could not be told from memory that was not collected yet.
 */
process.on("message", () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage().heapUsed / 1024 / 1024);
});
// It must not keep the process alive.
process.channel?.unref();
