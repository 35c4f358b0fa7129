import { setTimeout as pause } from 'node:timers/promises';
import { addedMinor } from './marts.ts';
import type { User } from './client.ts';
import { nextQuery, tiles, witness } from './queries.ts';
import type { Kind } from './queries.ts';

/** What a load has shown; times in milliseconds from the moment a query was due. */
export interface Loaded {
  readonly times: ReadonlyMap<string, readonly number[]>;
  readonly origins: ReadonlyMap<string, number>;
  readonly errors: readonly string[];
  /** Answers that were not of the publication that they said, or of two. */
  readonly mixed: readonly string[];
  readonly queries: number;
}

/** What `witness` says of the last day before anything was added. */
export type Base = ReadonlyMap<string, bigint>;

export function witnessOf(body: string): Map<string, bigint> {
  const parsed = JSON.parse(body) as { data: Record<string, string>[] };
  return new Map(
    parsed.data.map((row) => [
      String(row['finance.channel']),
      BigInt(String(row['finance.gmv']).replace('.', '')),
    ]),
  );
}

/** Queries come at their times, whether or not those before them are answered. */
export async function openLoad(
  users: readonly User[],
  base: Base,
  { seconds, perSecond, random }: { seconds: number; perSecond: number; random: () => number },
): Promise<Loaded> {
  const record = recorder(base);
  const startMs = performance.now();
  const running: Promise<void>[] = [];
  let dueMs = 0;
  let refreshMs = 0;
  while (dueMs < seconds * 1_000) {
    dueMs += (-Math.log(1 - random()) * 1_000) / perSecond;
    // 40 scheduled refreshes an hour of a board of ten tiles each.
    if (dueMs > refreshMs) {
      refreshMs += 90_000;
      for (const text of tiles.slice(0, 10))
        running.push(record.ask(userOf(users, random), 'repeated', text, startMs + dueMs));
    }
    await pause(Math.max(0, startMs + dueMs - performance.now()));
    const { kind, text } = nextQuery(random);
    running.push(record.ask(userOf(users, random), kind, text, startMs + dueMs));
  }
  await Promise.all(running);
  return record.loaded();
}

/** Each user asks again as soon as an answer is there; resolves to answers a second. */
export async function closedLoad(
  users: readonly User[],
  seconds: number,
): Promise<{ perSecond: number; p95Ms: number }> {
  const endMs = performance.now() + seconds * 1_000;
  const times: number[] = [];
  const startMs = performance.now();
  await Promise.all(
    users.map(async (user, index) => {
      for (let n = index; performance.now() < endMs; n += 1) {
        const beganMs = performance.now();
        const { status, body } = await user.load(tiles[n % tiles.length] ?? witness);
        if (status !== 200) throw new Error(`a repeated query was answered ${status}: ${body.slice(0, 200)}`);
        times.push(performance.now() - beganMs);
      }
    }),
  );
  return { perSecond: times.length / ((performance.now() - startMs) / 1_000), p95Ms: quantile(times, 0.95) };
}

/** So many questions, each once. */
export async function distinct(users: readonly User[], count: number): Promise<void> {
  let next = 0;
  const work = async (user: User): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      const query = { ...(JSON.parse(witness) as object), limit: 1 + n };
      const { status, body } = await user.load(JSON.stringify(query));
      if (status !== 200) throw new Error(`a distinct query was answered ${status}: ${body.slice(0, 200)}`);
    }
  };
  await Promise.all(users.slice(0, 8).map(work));
}

export function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function userOf(users: readonly User[], random: () => number): User {
  const user = users[Math.floor(random() * users.length)];
  if (user === undefined) throw new Error('nobody asks');
  return user;
}

function recorder(base: Base) {
  const times = new Map<string, number[]>();
  const origins = new Map<string, number>();
  const errors: string[] = [];
  const mixed: string[] = [];
  let queries = 0;
  const ask = async (user: User, kind: Kind, text: string, dueMs: number): Promise<void> => {
    queries += 1;
    try {
      const { status, body, origin = '', publication } = await user.load(text);
      // What was asked before may have become another publication's: then it is what a rollup or the warehouse answers.
      for (const name of [kind, `from ${origin}`])
        times.set(name, [...(times.get(name) ?? []), performance.now() - dueMs]);
      origins.set(origin, (origins.get(origin) ?? 0) + 1);
      if (status !== 200) errors.push(`${status} ${body.slice(0, 200)}`);
      else if (text === witness) mixed.push(...mixedIn(body, publication, base));
    } catch (error) {
      errors.push(String(error));
    }
  };
  return { ask, loaded: (): Loaded => ({ times, origins, errors, mixed, queries }) };
}

/** Publication 1 is the base. */
function mixedIn(body: string, publication: number, base: Base): string[] {
  const shown = witnessOf(body);
  return ['web', 'app'].flatMap((channel) => {
    const expected = (base.get(channel) ?? 0n) + BigInt(addedMinor) * BigInt(publication - 1);
    return shown.get(channel) === expected
      ? []
      : [`${channel} at ${publication}: ${shown.get(channel)}, not ${expected}`];
  });
}
