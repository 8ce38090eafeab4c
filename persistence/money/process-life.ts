/**
 * Which process this is, and whether another one on the same machine is still there. A process id
 * alone does not say: it is used again. Where the system tells when a process started (Linux), both
 * together do; elsewhere nobody is called dead, and only leases count.
 */
import { readFileSync, readlinkSync } from 'node:fs';

import type { HolderIdentity } from '../money-store.ts';

/** This process. */
export function holderIdentity(): HolderIdentity {
  const { pid } = process;
  return { pid, processStart: statOf(pid)?.start ?? '', bootId: bootId() };
}

/**
 * Whether a process is certainly gone. False for one of another machine, another boot or another
 * container, which cannot be seen from here.
 */
export function isGone(process_: HolderIdentity, self: HolderIdentity): boolean {
  const { pid, processStart, bootId: boot } = process_;
  if (boot === '' || boot !== self.bootId || !Number.isSafeInteger(pid) || pid < 1) return false;
  const stat = statOf(pid);
  if (stat === null) return !mayExist(pid);
  return stat.hasEnded || (processStart !== '' && processStart !== stat.start);
}

/**
 * One boot of one machine, as one container sees it: the numbers of processes mean nothing outside
 * of their namespace. Empty where there is no such file.
 */
function bootId(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

interface ProcessStat {
  /** Clock ticks from the boot to the start of the process. */
  readonly start: string;
  /** It is dead, though its parent has not taken notice. */
  readonly hasEnded: boolean;
}

/** Fields 3 and 22 of proc_pid_stat(5); those after the name, which may hold anything. */
function statOf(pid: number): ProcessStat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', start = ''] = [fields[0], fields[19]];
    return { start, hasEnded: state === 'Z' || state === 'X' };
  } catch {
    return null;
  }
}

/** Asks without sending a signal: processes of other users may be hidden in /proc. */
function mayExist(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
