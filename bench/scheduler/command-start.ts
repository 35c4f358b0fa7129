import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { median } from '../transforms/median.ts';

const command = fileURLToPath(new URL('../../bin/shopwave', import.meta.url));
const repeats = 10;

/** How long a command line takes from its start to its end, in milliseconds. */
export interface CommandTime {
  readonly words: string;
  readonly medianMs: number;
}

/** Command lines against a platform that runs, each ten times after one that is not counted. */
export async function timeCommands(say: (text: string) => void): Promise<readonly CommandTime[]> {
  const dataDir = path.join(os.tmpdir(), `shopwave-bench-commands-${process.pid}`);
  const platform = spawn(
    process.execPath,
    [command, 'start', '--port', '0', '--backlog', '500', '--data-dir', dataDir],
    { stdio: 'ignore' },
  );
  const ended = once(platform, 'exit');
  try {
    const list = ['dags', 'list', '--data-dir', dataDir];
    say('  starts a platform\n');
    while ((await timeOf(list)) === undefined) if (platform.exitCode !== null) throw new Error('no platform');
    const times: CommandTime[] = [];
    for (const words of [['--help'], list, ['completion', 'bash']]) times.push(await repeated(words));
    return times;
  } finally {
    platform.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function repeated(words: readonly string[]): Promise<CommandTime> {
  await timeOf(words);
  const times: number[] = [];
  for (let round = 0; round < repeats; round++) times.push((await timeOf(words)) ?? Number.NaN);
  return { words: words.slice(0, 2).join(' '), medianMs: median(times) };
}

/** undefined: it failed. */
async function timeOf(words: readonly string[]): Promise<number | undefined> {
  const begun = performance.now();
  const child = spawn(process.execPath, [command, ...words], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code === 0 ? performance.now() - begun : undefined;
}
