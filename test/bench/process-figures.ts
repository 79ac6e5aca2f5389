/**
 * What a process has used, by the kernel's own account: CPU time of all its threads and resident memory.
 */
import { readFileSync } from "node:fs";

/** `USER_HZ`: the unit of the times in /proc, 1/100 s on every Linux that Node runs on (proc_pid_stat(5)). */
const ticksPerSecond = 100;

/** Milliseconds of CPU time, user and system, that the process has used since it started; 10 ms is the resolution. */
export function readCpuMilliseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name in parentheses, which may hold spaces; field 3 is the first after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [userTicks, systemTicks] = [fields[14 - 3], fields[15 - 3]];
  return ((Number(userTicks) + Number(systemTicks)) * 1000) / ticksPerSecond;
}

/** Resident memory in MiB. */
export function readResidentMebibytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no VmRSS`);
  return Number(kibibytes) / 1024;
}
