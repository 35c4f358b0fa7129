import type { Row } from '../../../warehouse/warehouse.ts';
import { failingRows } from './check.ts';
import type { Check } from './check.ts';

/** One statement that counts the failures of several checks, and how to read its answer. */
export interface Combined {
  readonly checks: readonly Check[];
  readonly sql: string;
  /** The number for each of {@link Combined.checks}, in their order; undefined where it was null. */
  readonly read: (rows: readonly Row[]) => ReadonlyArray<number | undefined>;
}

/** Arms of one statement. Planning time grows faster than the number of arms. */
const maxArms = 24;

/** What one `select` of a union counts: checks that share a scan, or one that is a query. */
interface Arm {
  readonly checks: readonly Check[];
  readonly sql: string;
}

/**
 * Puts checks into as few statements as may be: of those that may read whole tables each model's by themselves, since a
 * statement keeps what all of its arms have gathered; all others together. Broken checks are not for the warehouse.
 */
export function combine(checks: readonly Check[]): Combined[] {
  const sent = checks.filter((check) => check.probe.kind !== 'broken');
  const large = groupBy(
    sent.filter(({ isWhole = true }) => isWhole),
    (check) => check.model,
  );
  const small = sent.filter(({ isWhole = true }) => !isWhole);
  return [...large.values(), small].flatMap((group) => chunks(armsOf(group), maxArms).map(toStatement));
}

/** The statement of a single check, to find out which of several errs. */
export function alone(check: Check): Combined {
  return toStatement([queryArm(check)]);
}

function armsOf(checks: readonly Check[]): Arm[] {
  const scans = groupBy(checks.filter(isScan), (check) =>
    check.probe.kind === 'rows' ? check.probe.relation : '',
  );
  return [
    ...[...scans].map(([relation, group]) => scanArm(relation, group)),
    ...checks.filter((check) => !isScan(check)).map(queryArm),
  ];
}

function isScan({ probe, config }: Check): boolean {
  return probe.kind === 'rows' && config.limit === undefined && config.failCalc === 'count(*)';
}

function scanArm(relation: string, checks: readonly Check[]): Arm {
  const counts = checks.map(
    ({ probe }) =>
      `cast(count(case when ${probe.kind === 'rows' ? probe.condition : ''} then 1 end) as varchar)`,
  );
  return { checks, sql: `${counts.join(` || ',' || `)} as counts from ${relation}` };
}

function queryArm(check: Check): Arm {
  const { limit, failCalc } = check.config;
  const all = `(${failingRows(check)}\n)`;
  const some = limit === undefined ? all : `(select * from ${all} as failing_rows limit ${limit})`;
  return { checks: [check], sql: `cast(${failCalc} as varchar) as counts from ${some} as failures` };
}

function toStatement(arms: readonly Arm[]): Combined {
  const sql = arms.map((arm, index) => `select ${index} as arm, ${arm.sql}`).join('\nunion all\n');
  return {
    checks: arms.flatMap((arm) => arm.checks),
    sql,
    read: (rows) => {
      const byArm = new Map(rows.map((row) => [Number(row['arm']), row['counts']]));
      return arms.flatMap((arm, index) => {
        const counts = byArm.get(index);
        const read = typeof counts === 'string' ? counts.split(',').map(toNumber) : [];
        return arm.checks.map((_, place) => read[place]);
      });
    },
  };
}

function toNumber(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

export function groupBy<T, Key>(items: readonly T[], keyOf: (item: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
