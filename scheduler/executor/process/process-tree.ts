import { readFile } from 'node:fs/promises';
import process from 'node:process';

/** A process and all that descends from it, by Linux's /proc; elsewhere only the process itself. */
async function treeOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = text.split(' ').filter((each) => each.trim() !== '');
  const below = await Promise.all(children.map((child) => treeOf(Number(child))));
  return [pid, ...below.flat()];
}

const pageBytes = 4096;

/** Memory that a process and its descendants hold, in bytes; 0 where that cannot be known. */
export async function residentBytes(pid: number): Promise<number> {
  const each = (await treeOf(pid)).map(async (one) => {
    const text = await readFile(`/proc/${one}/statm`, 'utf8').catch(() => '');
    return Number(text.split(' ')[1] ?? 0) * pageBytes;
  });
  return (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0);
}

/** Kills a process that leads a group with its group, and descendants that have left it. */
export async function killTree(pid: number): Promise<void> {
  const tree = await treeOf(pid);
  for (const target of [-pid, ...tree]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
