import type { Row, Session } from '../../../warehouse/warehouse.ts';
import type { CheckStatus } from '../checks/check.ts';
import { utc } from '../warehouse/utc.ts';

/** What a check came to in one hour or day. */
export interface HistoryPoint {
  /** The hour or day, ISO 8601 UTC. */
  readonly at: string;
  /** The worst outcome. */
  readonly status: CheckStatus;
  /** The most failures of one run. */
  readonly failures: number;
  readonly runs: number;
}

/** One check over time, and the rows behind its last failure. */
export interface CheckHistory {
  readonly uniqueId: string;
  readonly name: string;
  readonly model: string;
  /** Null of a result from before this was recorded, as the next two. */
  readonly kind: string | null;
  readonly severity: string | null;
  /** The version of the marts that the run was to publish, or looked at. */
  readonly version: number | null;
  readonly status: CheckStatus;
  /** It has had this outcome without a break since then, ISO 8601 UTC. */
  readonly since: string;
  readonly checkedAt: string;
  readonly failures: number;
  readonly message: string | null;
  readonly points: readonly HistoryPoint[];
  readonly failed: FailedRows | undefined;
}

/** Some of the rows behind one failure, without what is personal. */
export interface FailedRows {
  readonly at: string;
  readonly version: number;
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

/** How fine history is told. */
export type Grain = 'hour' | 'day';

/** Every check that has run since a moment. Three statements. */
export async function readHistory(session: Session, since: Date, grain: Grain): Promise<CheckHistory[]> {
  const from = since.toISOString();
  const [last, points, failed] = [
    await session.query(lastSql, [from]),
    await session.query(pointsSql(grain), [from]),
    await session.query(failedSql, [from]),
  ];
  const pointsOf = grouped(points);
  const failedOf = grouped(failed);
  return last.map((row) => ({
    uniqueId: String(row['id']),
    name: String(row['name']),
    model: String(row['model']),
    kind: textOrNull(row['kind']),
    severity: textOrNull(row['severity']),
    version: row['version'] === null ? null : Number(row['version']),
    status: statusOf(row['rank']),
    since: utc(row['since']),
    checkedAt: utc(row['checked_at']),
    failures: Number(row['failures']),
    message: textOrNull(row['message']),
    points: (pointsOf.get(keyOf(row)) ?? []).map(toPoint),
    failed: toFailed(failedOf.get(keyOf(row)) ?? []),
  }));
}

const ranks: readonly CheckStatus[] = ['pass', 'warn', 'fail', 'error'];
const rank = `case status ${ranks.map((status, index) => `when '${status}' then ${index}`).join(' ')} end`;

const lastSql = `with results as (
    select coalesce(unique_id, model) as id, name, model, kind, severity, version, failures, message, checked_at,
      ${rank} as rank,
      row_number() over (partition by coalesce(unique_id, model), name order by checked_at desc, run_id desc) as nth
    from _meta.check_result
  ),
  newest as (select * from results where nth = 1 and checked_at >= cast(? as timestamp)),
  other as (
    select r.id, r.name, max(r.checked_at) as until_at from results as r
    join newest as l on l.id = r.id and l.name = r.name where r.rank <> l.rank group by r.id, r.name
  ),
  streak as (
    select r.id, r.name, min(r.checked_at) as since_at from results as r
    left join other as o on o.id = r.id and o.name = r.name
    where o.until_at is null or r.checked_at > o.until_at group by r.id, r.name
  )
  select l.id, l.name, l.model, l.kind, l.severity, l.version, l.failures, l.message, l.rank,
    cast(l.checked_at as varchar) as checked_at, cast(coalesce(s.since_at, l.checked_at) as varchar) as since
  from newest as l left join streak as s on s.id = l.id and s.name = l.name
  order by l.rank desc, l.model, l.name`;

const pointsSql = (grain: Grain): string => `select coalesce(unique_id, model) as id, name,
    cast(date_trunc('${grain}', checked_at) as varchar) as at_text, max(${rank}) as rank, max(failures) as failures,
    count(*) as runs
  from _meta.check_result where checked_at >= cast(? as timestamp)
  group by coalesce(unique_id, model), name, date_trunc('${grain}', checked_at)
  order by 3`;

const failedSql = `select f.unique_id as id, f.name, cast(f.checked_at as varchar) as at_text, f.version, f.row_text
  from _meta.check_failure as f
  join (
    select unique_id, name, max(checked_at) as at_last from _meta.check_failure
    where checked_at >= cast(? as timestamp) group by unique_id, name
  ) as l on l.unique_id = f.unique_id and l.name = f.name and l.at_last = f.checked_at
  order by f.unique_id, f.name, f.ordinal`;

function toPoint(row: Row): HistoryPoint {
  return {
    at: utc(row['at_text']),
    status: statusOf(row['rank']),
    failures: Number(row['failures']),
    runs: Number(row['runs']),
  };
}

function toFailed(rows: readonly Row[]): FailedRows | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    at: utc(first['at_text']),
    version: Number(first['version']),
    rows: rows.map((row) => parsed(String(row['row_text']))),
  };
}

function parsed(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function grouped(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row)) ?? [];
    group.push(row);
    groups.set(keyOf(row), group);
  }
  return groups;
}

function keyOf(row: Row): string {
  return `${String(row['id'])} ${String(row['name'])}`;
}

function statusOf(value: unknown): CheckStatus {
  return ranks[Number(value)] ?? 'error';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
