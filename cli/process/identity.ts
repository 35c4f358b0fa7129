import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** What the system says about a process id. A zombie is dead: only its parent has not noticed yet. */
export type ProcessState = 'alive' | 'zombie' | 'gone';

/** Looks a process up without touching it. */
export function processState(pid: number): ProcessState {
  const state = process.platform === 'linux' ? linuxStat(pid)?.state : psField(pid, 'state');
  if (state === undefined || state === '') return 'gone';
  return state.startsWith('Z') || state.startsWith('X') ? 'zombie' : 'alive';
}

/**
 * Names one life of a process id: equal only for the same process of the same boot, so that a reused id is told
 * apart. Undefined when the process is gone or a zombie.
 */
export function processIdentity(pid: number): string | undefined {
  if (processState(pid) !== 'alive') return undefined;
  if (process.platform !== 'linux') return psField(pid, 'lstart');
  const startTicks = linuxStat(pid)?.startTicks;
  return startTicks === undefined ? undefined : `${bootId()}:${startTicks}`;
}

/** The command line of a process, as words joined by spaces; empty when it cannot be seen. */
export function processCommand(pid: number): string {
  if (process.platform !== 'linux') return psField(pid, 'command') ?? '';
  return (readText(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

interface LinuxStat {
  readonly state: string;
  readonly startTicks: string;
}

/** Fields 3 and 22 of /proc/<pid>/stat. The name in field 2 may hold spaces and brackets: count from the last one. */
function linuxStat(pid: number): LinuxStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
}

function bootId(): string {
  return (readText('/proc/sys/kernel/random/boot_id') ?? '').trim();
}

function psField(pid: number, field: string): string | undefined {
  try {
    return execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
