import { placeholders, quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import type { BoundedKind } from '../materialize/key-bounds.ts';
import { isDay } from '../materialize/prune-by.ts';
import { insertRows } from '../warehouse/insert-rows.ts';
import { failingRows } from './check.ts';
import type { Check, CheckResult, OpenKeys } from './check.ts';

/** More keys lie in so many places that a check may as well look at all that changed since it had fewer. */
export const mostOpenKeys = 1_000;

const kinds: Readonly<Record<BoundedKind, (text: string) => boolean>> = {
  number: (text) => /^-?\d{1,18}$/.test(text),
  day: isDay,
};

/** Where a run has left the keys that a check is to look at again. */
export interface OpenIn {
  readonly uniqueId: string;
  readonly runId: string;
  readonly kind: BoundedKind;
}

/** The column of its failing rows that holds the key by which it asks what was touched, `meta: { looks_again_by }`. */
function looksAgainBy({ config }: Pick<Check, 'config'>): string | undefined {
  const column = config.meta['looks_again_by'];
  return typeof column === 'string' ? column : undefined;
}

/**
 * The keys of what a check found, that it may look at them again instead of at everything. Undefined where it says no
 * column for them, or they are too many, or one is no key: then it has to look at all that changed since it knew them all.
 */
export async function readOpenKeys(
  { warehouse }: EngineContext,
  check: Check,
): Promise<OpenKeys | undefined> {
  const column = looksAgainBy(check);
  if (column === undefined || check.definition === undefined) return undefined;
  const rows = await warehouse.query(
    `select distinct cast(${column} as varchar) as open_key from (${failingRows(check)}\n) as failures
     limit ${mostOpenKeys + 1}`,
  );
  const keys = rows.map((row) => String(row['open_key']));
  const kind = (Object.keys(kinds) as BoundedKind[]).find((each) => keys.every(kinds[each]));
  return kind === undefined || keys.length > mostOpenKeys ? undefined : { kind, keys };
}

/** What is said of a check that has to look at more than what was touched and what it told of. */
export function sayWhole(check: Check, open: OpenKeys | undefined): string {
  if (open !== undefined || looksAgainBy(check) === undefined || check.definition === undefined) return '';
  return `; more than ${mostOpenKeys} keys, or rows without one: it looks at all that changed since it passed`;
}

/** Whether a later run has to look only at what changes from here on, and at the keys that are open. */
export function isRemembered({ definition, status, open }: CheckResult): boolean {
  return definition !== undefined && (status === 'pass' || (status === 'warn' && open !== undefined));
}

/** Writes the open keys of results that {@link isRemembered} holds for; they count together with the pass of the same run. */
export async function recordOpenKeys(
  session: Session,
  run: { readonly id: string; readonly version: bigint },
  results: readonly CheckResult[],
): Promise<void> {
  const open = results.filter((result) => result.open !== undefined);
  if (open.length === 0) return;
  await session.execute(
    `delete from _meta.open_key where version < (select version from _meta.head)
     and unique_id in (${placeholders(open)})`,
    open.map(({ uniqueId }) => uniqueId),
  );
  await insertRows(
    session,
    '_meta.open_key',
    [
      { name: 'run_id', sql: quoteLiteral(run.id) },
      { name: 'version', sql: String(run.version) },
      'unique_id',
      'kind',
      'key_text',
    ],
    open.flatMap(({ uniqueId, open: keys }) =>
      (keys?.keys ?? []).map((key) => [uniqueId, keys?.kind ?? '', key]),
    ),
  );
}

/** A select of the keys, one column of their type. */
export function selectOpenKeys({ uniqueId, runId }: OpenIn, type: string): string {
  return `select cast(key_text as ${type}) from _meta.open_key
    where unique_id = ${quoteLiteral(uniqueId)} and run_id = ${quoteLiteral(runId)}`;
}
