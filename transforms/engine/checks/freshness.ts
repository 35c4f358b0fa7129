import { isTransient, messageOf } from '../../../lib/errors.ts';
import type { Row } from '../../../warehouse/warehouse.ts';
import { renderText } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import type { SourceTable } from '../project/model.ts';
import { rawTable } from '../warehouse/relations.ts';
import { checkErrors } from './errors.ts';
import { publishedWorld } from './published-world.ts';

/** How fresh one source table is, or why that cannot be told, which is not fresh. Fits artifacts' SourceFreshness. */
export type FreshnessResult =
  | {
      /** dbt's id: `source.shopwave.shop.orders`. */
      readonly uniqueId: string;
      /** `shop.orders` */
      readonly source: string;
      readonly status: 'pass' | 'warn' | 'error';
      /** {@link neverLoaded} when the table is empty. */
      readonly maxLoadedAt: Date;
      readonly snapshottedAt: Date;
      readonly ageSeconds: number;
      readonly criteria: NonNullable<SourceTable['freshness']>;
      readonly message: string | undefined;
      /** Seconds. */
      readonly executionTime: number;
      readonly threadId: string;
    }
  | {
      readonly uniqueId: string;
      readonly source: string;
      readonly status: 'runtime error';
      readonly message: string;
    };

/** What dbt writes for a source without rows: the beginning of time. */
const neverLoaded = new Date('0001-01-01T00:00:00.000Z');

/** Whether no row of a source table was ever loaded; where that cannot be told, it is not so. */
export function wasNeverLoaded(result: FreshnessResult): boolean {
  return result.status !== 'runtime error' && result.maxLoadedAt.getTime() === neverLoaded.getTime();
}

type Limited = SourceTable & { readonly freshness: NonNullable<SourceTable['freshness']> };

/**
 * Compares when the sources' rows were loaded with the limits they declare; sources without limits are left out. All
 * are asked in one statement; where that fails, one by one, so that one broken source does not hide the others.
 */
export async function checkFreshness(
  context: EngineContext,
  options: { readonly select?: ReadonlySet<string> } = {},
): Promise<FreshnessResult[]> {
  const sources = [...context.project.sources.values()]
    .filter(hasLimits)
    .filter(({ name }) => options.select?.has(name) ?? true);
  if (sources.length === 0) return [];
  const asked = await Promise.all(
    sources.map(async (source) => ({ source, sql: await orError(() => query(context, source)) })),
  );
  const together = asked.flatMap(({ source, sql }) => (typeof sql === 'string' ? [{ source, sql }] : []));
  const answers = await ask(context, together);
  const now = context.clock.now();
  return asked.map(({ source, sql }) => {
    const answer = typeof sql === 'string' ? answers.get(source.name) : sql;
    return toResult(source, answer ?? { error: 'was not asked', seconds: 0 }, now);
  });
}

interface Answer {
  readonly at?: string | undefined;
  readonly error?: string;
  readonly seconds: number;
}

async function ask(
  context: EngineContext,
  asked: ReadonlyArray<{ readonly source: Limited; readonly sql: string }>,
): Promise<Map<string, Answer>> {
  if (asked.length === 0) return new Map();
  const started = context.clock.monotonicMs();
  const seconds = (): number => (context.clock.monotonicMs() - started) / 1000;
  const arms = asked.map(
    ({ sql }, index) => `select ${index} as arm, cast((${sql}\n) as varchar) as loaded_at`,
  );
  try {
    const rows = await context.warehouse.query(arms.join('\nunion all\n'));
    const took = seconds();
    return new Map(
      asked.map(({ source }, index) => {
        const row = rows.find((each) => Number(each['arm']) === index);
        return [source.name, { at: textOf(row), seconds: took }];
      }),
    );
  } catch (error) {
    if (isTransient(error)) throw error;
    const [only] = asked;
    if (asked.length === 1 && only !== undefined)
      return new Map([[only.source.name, { error: messageOf(error), seconds: seconds() }]]);
    const parts: Array<[string, Answer]> = [];
    for (const each of asked) parts.push(...(await ask(context, [each])));
    return new Map(parts);
  }
}

function textOf(row: Row | undefined): string | undefined {
  const value = row?.['loaded_at'];
  return typeof value === 'string' ? value : undefined;
}

/** A select of one value: when the newest row was loaded. */
async function query(context: EngineContext, source: Limited): Promise<string> {
  const place = { file: source.file, line: source.line, column: 1 };
  // `{{ this }}` is the raw table.
  const scope = { ...publishedWorld(context), self: rawTable(source.name) };
  const render = (text: string): Promise<string> => renderText(context.project, text, place, scope);
  if (source.loadedAtQuery !== undefined)
    return (await render(source.loadedAtQuery)).trim().replace(/;$/, '');
  if (source.loadedAtField === undefined) {
    throw checkErrors.error('FRESHNESS_UNCONFIGURED', {
      message: `nothing says when rows of ${source.name} were loaded`,
      where: `${source.file}:${source.line}`,
    });
  }
  const { filter } = source.freshness;
  const where = filter === undefined ? '' : ` where ${await render(filter)}`;
  return `select max(${source.loadedAtField}) from ${rawTable(source.name)}${where}`;
}

async function orError(make: () => Promise<string>): Promise<string | Answer> {
  try {
    return await make();
  } catch (error) {
    if (isTransient(error)) throw error;
    return { error: messageOf(error), seconds: 0 };
  }
}

function toResult(source: Limited, answer: Answer, now: Date): FreshnessResult {
  const ids = { uniqueId: source.uniqueId, source: source.name };
  if (answer.error !== undefined) return { ...ids, status: 'runtime error', message: answer.error };
  const loadedAt = answer.at === undefined ? neverLoaded : parseUtc(answer.at);
  if (loadedAt === undefined)
    return { ...ids, status: 'runtime error', message: `"${answer.at}" is no time` };
  const ageSeconds = (now.getTime() - loadedAt.getTime()) / 1000;
  const status = staleness(source.freshness, ageSeconds);
  const age =
    answer.at === undefined
      ? 'no row was ever loaded'
      : `the newest row was loaded ${Math.round(ageSeconds)} s ago`;
  return {
    ...ids,
    status,
    maxLoadedAt: loadedAt,
    snapshottedAt: now,
    ageSeconds,
    criteria: source.freshness,
    message: status === 'pass' ? undefined : age,
    executionTime: answer.seconds,
    threadId: 'Thread-1',
  };
}

/** A time as the warehouse prints it; without a zone it is UTC, as everything in the warehouse. */
function parseUtc(text: string): Date | undefined {
  const [, day = '', time = '00:00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d(?:\.\d+)?))? ?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(text.trim()) ??
    [];
  const date = new Date(`${day}T${time}${zone.length === 3 ? `${zone}:00` : zone}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const periodSeconds: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** Older than a limit; exactly as old is still in time. */
export function staleness(criteria: Limited['freshness'], age: number): 'pass' | 'warn' | 'error' {
  const exceeds = (limit: Limited['freshness']['warnAfter']): boolean =>
    limit !== undefined && age > limit.count * (periodSeconds[limit.period.replace(/s$/, '')] ?? 0);
  if (exceeds(criteria.errorAfter)) return 'error';
  return exceeds(criteria.warnAfter) ? 'warn' : 'pass';
}

function hasLimits(source: SourceTable): source is Limited {
  return source.freshness?.warnAfter !== undefined || source.freshness?.errorAfter !== undefined;
}
