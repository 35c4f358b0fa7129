import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Clock } from '../../../lib/clock.ts';
import { messageOf } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/logger.ts';
import { missedSchema, shapesOf } from './missed-query.ts';
import type { MissedQuery } from './missed-query.ts';

/** Remembers which queries the warehouse had to answer, for `metrics advise`. Holds no value that was asked about. */
export interface Usage {
  readonly missed: (text: string, durationMs: number) => void;
  /** Writes down what is not written yet. */
  readonly close: () => Promise<void>;
}

export interface UsageOptions {
  /** Undefined: nothing is remembered. */
  readonly file: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** More shapes than people have dashboards; the cheapest are forgotten. */
const mostShapes = 500;
const writeEveryMs = 30_000;

export function createUsage({ file, clock, logger }: UsageOptions): Usage {
  const stopped = new AbortController();
  let known: Map<string, MissedQuery> | undefined;
  let due = false;
  let writing: Promise<void> = Promise.resolve();

  const write = async (to: string): Promise<void> => {
    const lines = [...(known?.values() ?? [])].map((each) => JSON.stringify(each));
    await writeFile(`${to}.new`, `${lines.join('\n')}\n`);
    await rename(`${to}.new`, to);
  };
  /** After a while, so that a burst of queries is one write. */
  const writeLater = async (to: string): Promise<void> => {
    due = true;
    await clock.sleep(writeEveryMs, stopped.signal);
    due = false;
    await write(to).catch((error: unknown) => logger.warn(`usage is not written: ${messageOf(error)}`));
  };
  const add = async (to: string, text: string, durationMs: number): Promise<void> => {
    known ??= await readMissed(to);
    for (const shape of shapesOf(text)) {
      const key = JSON.stringify(shape);
      const before = known.get(key);
      const count = (before?.count ?? 0) + 1;
      const totalMs = Math.round((before?.totalMs ?? 0) + durationMs);
      known.set(key, { shape, count, totalMs, lastAt: clock.now().toISOString() });
    }
    while (known.size > mostShapes) known.delete(cheapest(known));
    if (!due) writing = writeLater(to);
  };
  let adding: Promise<void> = Promise.resolve();
  return {
    missed: (text, durationMs) => {
      if (file !== undefined) adding = adding.then(() => add(file, text, durationMs));
    },
    close: async () => {
      await adding;
      stopped.abort();
      await writing;
    },
  };
}

/** What a file holds; lines that are none of ours are passed over. */
export async function readMissed(file: string): Promise<Map<string, MissedQuery>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const all = text.split('\n').flatMap((line): MissedQuery[] => {
    try {
      return [missedSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
  return new Map(all.map((each) => [JSON.stringify(each.shape), each]));
}

function cheapest(known: ReadonlyMap<string, MissedQuery>): string {
  const [first] = [...known].sort(([, a], [, b]) => a.totalMs - b.totalMs);
  return first?.[0] ?? '';
}
