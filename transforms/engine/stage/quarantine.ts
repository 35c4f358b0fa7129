import { placeholders } from '../../../warehouse/sql-text.ts';
import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { Row, Session } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { deltaRelation, runSchema, stateTable } from '../warehouse/relations.ts';
import { placeOf } from './changes.ts';
import { stageErrors } from './errors.ts';
import type { Replay } from './pending.ts';
import { keyingOfStaged, stagingModels } from './staging-models.ts';
import type { Prepared } from './winners.ts';

/** A raw row that could not be staged; its values are in the raw log alone. */
export interface QuarantinedRow {
  readonly id: string;
  /** As the project names it, `shop.orders`. */
  readonly table: string;
  readonly model: string;
  /** The staging column that could not take its value; null where the row as a whole is the trouble. */
  readonly column: string | null;
  readonly position: string;
  readonly ordinal: string;
  readonly key: string | null;
  readonly reason: string;
  readonly message: string;
  readonly batchId: string;
  readonly quarantinedAt: string;
  readonly status: QuarantineStatus;
  readonly resolvedAt: string | null;
}

export type QuarantineStatus = 'open' | 'replayed' | 'discarded';

export interface QuarantineQuery {
  readonly status?: QuarantineStatus | undefined;
  readonly ids?: readonly string[];
  /** At most so many, the newest. */
  readonly limit?: number;
}

/** What of a staging model stands in quarantine. */
export interface QuarantinedModel {
  readonly model: string;
  readonly rows: number;
  /** Keys of which staging shows an older row than the log has, or none. */
  readonly staleKeys: number;
  /** UTC; when the oldest of them was put there. */
  readonly since: string;
}

/** Records what a step set aside, and what it staged of what stood aside; in the step's own transaction. */
export async function writeQuarantine(
  { clock }: EngineContext,
  session: Session,
  run: string,
  { model, aside, retried }: Prepared,
  isAnyOpen: boolean,
): Promise<void> {
  const now = clock.now().toISOString();
  const name = quoteLiteral(model.name);
  const relation = deltaRelation(model, 'aside', run);
  const id = `md5(${name} || '/' || log_position || '/' || cast(log_ordinal as varchar) || '/' || coalesce(key_text, ''))`;
  const ids = `select ${id} from ${relation}`;
  if (retried !== undefined && isAnyOpen) {
    const isStaged = aside === undefined ? '' : ` and id not in (${ids})`;
    await session.execute(
      `update _meta.quarantine set status = 'replayed', resolved_at = cast(? as timestamp)
       where model = ${name} and status = 'open' and ${retried}${isStaged}`,
      [now],
    );
  }
  if (aside === undefined || aside === 0) return;
  await session.execute(`delete from _meta.quarantine where status = 'replayed' and id in (${ids})`);
  const [source = '', table = ''] = (model.sources[0] ?? '').split('.');
  await session.execute(
    `insert into _meta.quarantine (id, source, table_name, model, column_name, position, ordinal, key_text, reason,
       message, batch_id, run, quarantined_at, status, resolved_at)
     select ${id}, ?, ?, ?, max(column_name), log_position, log_ordinal, key_text, max(reason), max(detail),
       max(batch_id), ?, cast(? as timestamp), 'open', cast(null as timestamp)
     from ${relation} where ${id} not in (select id from _meta.quarantine)
     group by log_position, log_ordinal, key_text`,
    [source, table, model.name, run, now],
  );
}

/** The relation of the rows to try again. Throws TRANSFORM_QUARANTINE_UNKNOWN for an id that is not open. */
export async function takeReplay(
  { warehouse }: EngineContext,
  run: string,
  ids: readonly string[] | 'all',
): Promise<Replay> {
  const relation = `${runSchema(run)}.stage_replay`;
  const isAsked = ids === 'all' ? '1 = 1' : `id in (${ids.map(quoteLiteral).join(', ')})`;
  await warehouse.execute(
    `create or replace table ${relation} as
     select id, model, position as log_position, ordinal as log_ordinal from _meta.quarantine
     where status = 'open' and ${isAsked}`,
  );
  const rows = await warehouse.query(`select id, model from ${relation}`);
  const found = new Set(rows.map(({ id }) => String(id)));
  const unknown = ids === 'all' ? [] : ids.filter((each) => !found.has(each));
  if (unknown.length > 0) throw notOpen(unknown);
  return { relation, models: new Set(rows.map(({ model }) => String(model))) };
}

/** Rows in quarantine, the newest first. */
export async function readQuarantine(
  session: Session,
  { status, ids, limit }: QuarantineQuery,
): Promise<QuarantinedRow[]> {
  const conditions = [
    ...(status === undefined ? [] : ['status = ?']),
    ...(ids === undefined ? [] : [`id in (${placeholders(ids)})`]),
  ];
  const where = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
  const rows = await session.query(
    `select * from _meta.quarantine${where} order by quarantined_at desc, position, ordinal, id${limit === undefined ? '' : ` limit ${limit}`}`,
    [...(status === undefined ? [] : [status]), ...(ids ?? [])],
  );
  return rows.map(toQuarantined);
}

function toQuarantined(row: Row): QuarantinedRow {
  const text = (name: string): string => String(row[name]);
  const orNull = (name: string): string | null => (row[name] === null ? null : text(name));
  return {
    id: text('id'),
    table: `${text('source')}.${text('table_name')}`,
    model: text('model'),
    column: orNull('column_name'),
    position: text('position'),
    ordinal: text('ordinal'),
    key: orNull('key_text'),
    reason: text('reason'),
    message: text('message'),
    batchId: text('batch_id'),
    quarantinedAt: text('quarantined_at'),
    status: text('status') as QuarantineStatus,
    resolvedAt: orNull('resolved_at'),
  };
}

/** Gives rows up: staging goes on without them. Throws TRANSFORM_QUARANTINE_UNKNOWN for an id that is not open. */
export async function discardQuarantined(
  { warehouse, clock }: EngineContext,
  ids: readonly string[],
): Promise<number> {
  return await warehouse.transaction(async (session) => {
    const open = await readQuarantine(session, { status: 'open', ids });
    const unknown = ids.filter((id) => !open.some((row) => row.id === id));
    if (unknown.length > 0) throw notOpen(unknown);
    return await session.execute(
      `update _meta.quarantine set status = 'discarded', resolved_at = cast(? as timestamp)
       where status = 'open' and id in (${placeholders(ids)})`,
      [clock.now().toISOString(), ...ids],
    );
  });
}

function notOpen(ids: readonly string[]): Error {
  return stageErrors.error('TRANSFORM_QUARANTINE_UNKNOWN', {
    message: `not open in quarantine: ${ids.join(', ')}`,
  });
}

/** What stands in quarantine, by staging model; nothing but one look at an empty table where nothing does. */
export async function readQuarantined(context: EngineContext): Promise<QuarantinedModel[]> {
  const { warehouse } = context;
  const rows = await warehouse.query(
    `select model, count(*) as n, min(quarantined_at) as since from _meta.quarantine
     where status = 'open' group by model order by model`,
  );
  const models = new Map(stagingModels(context).map((model) => [model.name, model]));
  const found: QuarantinedModel[] = [];
  for (const row of rows) {
    const model = models.get(String(row['model']));
    if (model === undefined) continue;
    const { key } = keyingOfStaged(model);
    const [counted] = await warehouse.query(
      `select count(distinct coalesce(q.key_text, q.id)) as n from _meta.quarantine as q
       where q.model = ? and q.status = 'open' and not exists (
         select 1 from ${stateTable(model)} as s
         where cast(s.${key} as varchar) = q.key_text
           and ${placeOf('s.')} > q.position || lpad(cast(q.ordinal as varchar), 20, '0'))`,
      [model.name],
    );
    found.push({
      model: model.name,
      rows: Number(row['n']),
      staleKeys: Number(counted?.['n']),
      since: String(row['since']),
    });
  }
  return found;
}
