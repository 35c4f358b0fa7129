import { createHash } from 'node:crypto';
import { parseDurationMs } from '../../../lib/duration.ts';
import { mustModel, storedInputs } from '../project/laws.ts';
import type { Project } from '../project/model.ts';
import { isComputed } from './compute-deltas.ts';
import { runErrors } from './errors.ts';
import { mustTouchKey } from './touch-keys.ts';
import type { EventRange } from './touch-keys.ts';

/** What to compute again, and in how large pieces. Exactly one of a range, keys and a full rebuild. */
export interface BackfillOptions {
  /** Models by name. What is made from them, and what else has something new to read, comes along; `name+` says so. */
  readonly models: readonly string[];
  /** Models that are left out, also of what comes along: they stay behind. */
  readonly exclude?: readonly string[];
  /** ISO dates, or times with `T` or a space, UTC unless they say a zone; half-open; `to` defaults to now. */
  readonly from?: string;
  readonly to?: string;
  /** Touch keys, as text. */
  readonly keys?: readonly string[];
  readonly fullRebuild?: boolean;
  /** Length of a chunk of a range: `1d`, `12h`, `month`; default `7d`. */
  readonly chunk?: string;
  /** Chunks whose rows are computed and published together, as one version. */
  readonly maxActive?: number;
  readonly dryRun?: boolean;
  readonly threads?: number;
  /** Ends it between two statements; chunks that are published stay so, and the same arguments go on after them. */
  readonly signal?: AbortSignal;
}

export type Chunk =
  | { readonly kind: 'range'; readonly range: EventRange }
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  | { readonly kind: 'full' };

/** A backfill's arguments, checked; what is stored of it and compared when it is asked for again. */
export interface BackfillPlan {
  /** Models that are recomputed. */
  readonly targets: readonly string[];
  /** Those and what is taken along. */
  readonly select: ReadonlySet<string>;
  /** Models that do not come along either. */
  readonly left: ReadonlySet<string>;
  readonly chunks: readonly Chunk[];
  readonly argumentsHash: string;
  /** For people and for going on: JSON without the keys. */
  readonly arguments: string;
}

const defaultChunk = '7d';
const keysPerChunk = 10_000;

/** Checks the arguments and cuts them into chunks. `now` ends an open range; resumed, it is the one of the first try. */
export function planBackfill(project: Project, options: BackfillOptions, now: Date): BackfillPlan {
  mustAskOneThing(options);
  const left = new Set((options.exclude ?? []).map((name) => mustModel(project, name).name));
  const named = options.models.filter(
    (model) => !left.has(mustModel(project, model.replace(/\+$/, '')).name),
  );
  const targets = named.map((model) => model.replace(/\+$/, ''));
  if (targets.length === 0)
    throw invalid(left.size === 0 ? 'no model is named' : 'every model that is named is left out');
  for (const name of targets) mustBeComputed(project, name);
  const chunks = cut(options, now);
  if (options.fullRebuild !== true) for (const name of targets) mustTouchKey(mustModel(project, name));
  const { models, from, to, chunk, fullRebuild, keys } = options;
  const exclude = left.size === 0 ? undefined : [...left].toSorted();
  const asked = { models, exclude, from, to, chunk, fullRebuild };
  const keysHash = keys === undefined ? undefined : sha256(keys.join('\n'));
  return {
    targets,
    select: new Set(
      [...targets, ...named.flatMap((model) => takenAlong(project, model))].filter((name) => !left.has(name)),
    ),
    left,
    chunks,
    argumentsHash: sha256(JSON.stringify({ ...asked, keysHash })),
    arguments: JSON.stringify({ ...asked, to: options.to ?? now.toISOString(), keys: keys?.length }),
  };
}

function mustAskOneThing({ from, to, keys, fullRebuild = false }: BackfillOptions): void {
  const asked = [from !== undefined, keys !== undefined, fullRebuild].filter(Boolean).length;
  if (asked !== 1) throw invalid(`${asked} of range, keys and full rebuild were given`);
  if (to !== undefined && from === undefined) throw invalid('a range needs its beginning');
  if (keys?.length === 0) throw invalid('no key is named');
}

function mustBeComputed(project: Project, name: string): void {
  const model = mustModel(project, name);
  if (isComputed(model)) return;
  throw runErrors.error('TRANSFORM_BACKFILL_INVALID', {
    message: `${name} is ${model.layer === 'staging' ? 'made from raw batches' : 'not stored'} and cannot be backfilled`,
    where: model.file,
  });
}

function takenAlong(project: Project, selector: string): string[] {
  if (!selector.endsWith('+')) return [];
  const taken = new Set([selector.slice(0, -1)]);
  for (const name of project.order) {
    if (isComputed(mustModel(project, name)) && storedInputs(project, name).some((each) => taken.has(each))) {
      taken.add(name);
    }
  }
  return [...taken];
}

function cut(options: BackfillOptions, now: Date): Chunk[] {
  const { keys, from, to } = options;
  if (keys !== undefined) {
    const distinct = [...new Set(keys)];
    const count = Math.ceil(distinct.length / keysPerChunk);
    return Array.from({ length: count }, (_, index) => ({
      kind: 'keys' as const,
      keys: distinct.slice(index * keysPerChunk, (index + 1) * keysPerChunk),
    }));
  }
  if (from === undefined) return [{ kind: 'full' }];
  const end = to === undefined ? now : toDate(to);
  const chunks: Chunk[] = [];
  for (let start = toDate(from); start < end;) {
    const next = nextBound(start, options.chunk ?? defaultChunk);
    const stop = next < end ? next : end;
    chunks.push({ kind: 'range', range: { from: toSql(start), to: toSql(stop) } });
    start = stop;
  }
  if (chunks.length === 0)
    throw invalid(
      `${from} does not lie before ${end.toISOString()}`,
      'Give a --from that lies before --to; without --to the range ends now.',
    );
  return chunks;
}

function nextBound(start: Date, chunk: string): Date {
  if (chunk === 'month') return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
  const length = parseDurationMs(chunk);
  if (length < 60_000)
    throw invalid(`a chunk of ${chunk} is too short`, 'Give --chunk a minute or more: 1d, 12h, month.');
  return new Date(start.getTime() + length);
}

const dateRemedy =
  'Give --from and --to days that the calendar has, as YYYY-MM-DD, or with a time: YYYY-MM-DDTHH:MM[:SS][Z or +HH:MM].';
const dateText = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** Date itself takes much else, and what has no zone it reads in this machine's. */
function toDate(text: string): Date {
  const [, day, time = '00:00', zone = 'Z'] = dateText.exec(text) ?? [];
  const date = new Date(`${day}T${time}${zone}`);
  // A day that its month does not have would silently be one of the next.
  const isDay =
    !Number.isNaN(date.getTime()) && new Date(`${day}T00:00Z`).toISOString().startsWith(day ?? '');
  if (isDay) return date;
  throw invalid(`"${text}" is not a date such as 2026-03-01 or 2026-03-01T12:00:00Z`, dateRemedy);
}

/** Both engines read this as a timestamp without zone, to the millisecond. */
function toSql(date: Date): string {
  return date.toISOString().replace('T', ' ').replace('Z', '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function invalid(message: string, remedy?: string): Error {
  return runErrors.error('TRANSFORM_BACKFILL_INVALID', { message, remedy });
}
