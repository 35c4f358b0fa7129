import process from 'node:process';
import { z } from 'zod';
import type { OpenEngine } from './contract.ts';
import { controlAnswer } from './control.ts';
import { startDoubleOver } from './double.ts';

/** What a double that is a process of its own can be told, as JSON in its one argument. */
const servedOptions = z
  .object({
    account: z.string(),
    users: z.array(z.string()),
    waitMs: z.number(),
    sizes: z.object({ inlineBytes: z.number(), chunkBytes: z.number() }).partial(),
    buckets: z.record(z.string(), z.string()),
    prepare: z.array(z.string()),
  })
  .partial();

export type ServedOptions = z.input<typeof servedOptions>;

/** The line that it prints once it listens: all that a client needs. */
export const servedLine = z.object({
  url: z.string(),
  account: z.string(),
  user: z.string(),
  warehouse: z.string(),
  database: z.string(),
  privateKeyPath: z.string(),
  token: z.string(),
});

export type ServedLine = z.infer<typeof servedLine>;

/** Serves until SIGTERM, or until whoever started it is gone; then removes all that it made. */
export async function serveDouble(openEngine: OpenEngine, argument: string | undefined): Promise<void> {
  const options = servedOptions.parse(JSON.parse(argument ?? '{}'));
  const double = await startDoubleOver(openEngine, {
    ...(options as object),
    extra: (self) => async (_method, path, body) => controlAnswer(self, path, body),
  });
  const { account, user, warehouse, database, auth } = double.settings();
  const line: ServedLine = {
    url: double.url,
    account,
    user,
    warehouse,
    database,
    privateKeyPath: auth.privateKeyPath,
    token: double.token,
  };
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void double[Symbol.asyncDispose]().then(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  process.on('disconnect', stop);
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
