import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { sent } from './control.ts';
import type { RemoteRule } from './control.ts';
import type { ArrivedStatement } from './record.ts';
import { servedLine } from './serving.ts';
import type { ServedLine, ServedOptions } from './serving.ts';

const serveScript = fileURLToPath(new URL('./serve.ts', import.meta.url));

/** What went wrong at a double: all empty after a good test. */
export interface Trouble {
  readonly strange: readonly string[];
  readonly internalErrors: readonly string[];
  readonly loginFailures: readonly string[];
}

/** A double in another process, as a test sees it. */
export interface ServedDouble extends AsyncDisposable {
  readonly line: ServedLine;
  readonly statements: () => Promise<ArrivedStatement[]>;
  readonly trouble: () => Promise<Trouble>;
  readonly addFault: (rule: RemoteRule) => Promise<void>;
  readonly clearFaults: () => Promise<void>;
  /** See EngineAdmin; values that JSON does not have come as text. */
  readonly query: (sql: string) => Promise<Record<string, unknown>[]>;
}

/** Starts the double as a child of this process; it ends with the test, or with this process. */
export async function startServedDouble(
  options: ServedOptions = {},
  script: string = serveScript,
): Promise<ServedDouble> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const first = createInterface({ input: child.stdout! })[Symbol.asyncIterator]().next();
  const text = await Promise.race([first, ended.then(() => undefined)]);
  if (text === undefined || text.done === true) throw new Error('the double ended before it listened');
  const line = servedLine.parse(JSON.parse(text.value));
  const ask = async (door: string, body: unknown = null): Promise<unknown> => {
    const answer = await fetch(`${line.url}/double/${door}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${door}: ${await answer.text()}`);
    return z.object({ success: z.literal(true), data: z.unknown() }).parse(await answer.json()).data;
  };
  return {
    line,
    statements: async () => (await ask('statements')) as ArrivedStatement[],
    trouble: async () => (await ask('trouble')) as Trouble,
    addFault: async (rule) => {
      await ask('fault', sent(rule));
    },
    clearFaults: async () => {
      await ask('clear-faults');
    },
    query: async (sql) => (await ask('query', { sql })) as Record<string, unknown>[],
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      const [code] = (await ended) as unknown[];
      if (code !== 0) throw new Error(`the double ended with ${String(code)}`);
    },
  };
}
