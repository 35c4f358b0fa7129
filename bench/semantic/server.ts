import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { z } from 'zod';
import type { Command } from './messages.ts';

/** A server of the bench in a process of its own. */
export interface Server<Facts extends z.ZodType> {
  /** What it said once it was there. */
  readonly first: z.infer<Facts>;
  readonly ask: (kind: Command['kind']) => Promise<z.infer<Facts>>;
  readonly stop: () => Promise<void>;
}

export async function startServer<Facts extends z.ZodType>(
  script: string,
  job: object,
  facts: Facts,
): Promise<Server<Facts>> {
  const loader = new URL('../../lib/ts-loader/register.mjs', import.meta.url).href;
  const child: ChildProcess = fork(path.join(import.meta.dirname, script), [JSON.stringify(job)], {
    execArgv: ['--expose-gc', '--import', loader],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${script} has ended`);
  });
  ended.catch(() => {});
  const answers = async (): Promise<z.infer<Facts>> =>
    facts.parse((await Promise.race([once(child, 'message'), ended]))[0]);
  return {
    first: await answers(),
    ask: async (kind) => {
      const answered = answers();
      child.send({ kind });
      return answered;
    },
    stop: async () => {
      const exited = once(child, 'exit');
      child.send({ kind: 'stop' });
      await exited;
    },
  };
}
