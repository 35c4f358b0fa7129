import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import { keyingOf } from '../project/model.ts';
import { feedTable, publishedRelation } from '../warehouse/relations.ts';
import type { ModelDelta } from './delta.ts';
import { differingRows, digestOf, rowsByKey } from './difference.ts';
import { countRows, isSameShape } from './shape.ts';
import type { Column } from './shape.ts';
import { describeStanding } from './standing-shapes.ts';
import { partOf, rowsDelta } from './work.ts';
import type { Work } from './work.ts';

/**
 * Up to this many rows on both sides together a rebuild is compared with production row by row (about a second); above
 * it only digests are compared, which cost one scan a side and no memory.
 */
const compareBound = 2_000_000;

/** A rebuild that changed no more than this is published as rows, so that its readers need no rebuild either. */
const isSmallChange = (changed: number, rows: number): boolean => changed <= Math.max(10_000, rows / 5);

/**
 * What a rebuild of the same columns, which made all rows in `fresh`, changes of what is published; undefined where
 * that is so much that the table is better replaced.
 */
export async function compareWhole(
  work: Work,
  fresh: string,
  columns: readonly Column[],
): Promise<ModelDelta | undefined> {
  const { warehouse } = work.context;
  const production = publishedRelation(work.model);
  const rows = await countRows(warehouse, production);
  const match = matchOf(work, columns);
  if (rows + (await countRows(warehouse, fresh)) > compareBound) {
    if ((await digestOf(warehouse, production)) !== (await digestOf(warehouse, fresh))) return undefined;
    await createEmpty(work, ['removed', 'added']);
  } else {
    await writeDifference(work, production, fresh, match);
  }
  const delta = await rowsDelta(work, {
    how: 'rows',
    match,
    columns: undefined,
    before: [],
    isNewFeed: false,
    isTouched: false,
  });
  if (!isSmallChange(delta.removed + delta.added, rows)) return undefined;
  await nameTouched(work);
  return await withCurrent(work, delta, match);
}

/** Readers of a keyed model's rows find its touched keys beside them, however the rows came about. */
async function nameTouched(work: Work): Promise<void> {
  const touchKey = keyingOf(work.model)?.touchKey;
  if (touchKey === undefined) return;
  await work.context.warehouse.execute(
    `create or replace table ${partOf(work, 'touched')} as
     select ${touchKey} as touch_key from ${partOf(work, 'removed')}
     union select ${touchKey} from ${partOf(work, 'added')}`,
  );
}

/**
 * Whether the feed can take the table's rows. Where DDL commits by itself a feed is replaced after its table, and a crash
 * in between leaves it behind: then the table is given whole once more, and its readers are rebuilt.
 */
export async function feedFits({ context, model }: Work, columns: readonly Column[]): Promise<boolean> {
  if (context.warehouse.capabilities.transactionalDdl) return true;
  const feed = await describeStanding(context, feedTable(model));
  return feed !== undefined && isSameShape(feed.slice(0, -2), columns);
}

/** What tells rows apart: the unique key, or else all columns. */
function matchOf({ model }: Work, columns: readonly Column[]): readonly string[] {
  const { materialization } = model;
  const key = 'uniqueKey' in materialization ? materialization.uniqueKey : undefined;
  const keys = typeof key === 'string' ? [key] : (key ?? []);
  return keys.length > 0 ? keys : wholeRow(columns);
}

/** Rows told apart by all that they hold. */
export function wholeRow(columns: readonly Column[]): readonly string[] {
  return columns.map(({ name }) => quoteIdentifier(name));
}

async function createEmpty(work: Work, parts: readonly ('removed' | 'added')[]): Promise<void> {
  for (const part of parts) {
    await work.context.warehouse.execute(
      `create or replace table ${partOf(work, part)} as select * from ${publishedRelation(work.model)} limit 0`,
    );
  }
}

/** Fills removed and added with all rows, old and new, of the keys on which two relations differ. */
export async function writeDifference(
  work: Work,
  old: string,
  fresh: string,
  match: readonly string[],
): Promise<void> {
  const { warehouse } = work.context;
  const differing = partOf(work, 'differing');
  const sides = [`select * from ${old}`, `select * from ${fresh}`] as const;
  await warehouse.execute(
    `create or replace table ${differing} as ${differingRows(warehouse.capabilities.dialect, ...sides)}`,
  );
  await warehouse.execute(
    `create or replace table ${partOf(work, 'removed')} as ${rowsByKey(old, match, differing, 'among')}`,
  );
  await warehouse.execute(
    `create or replace table ${partOf(work, 'added')} as ${rowsByKey(fresh, match, differing, 'among')}`,
  );
}

/** Makes `current` of production, `removed` and `added`. */
export async function withCurrent(
  work: Work,
  delta: ModelDelta,
  match: readonly string[],
): Promise<ModelDelta> {
  const stay =
    delta.removed === 0
      ? `select * from ${publishedRelation(work.model)}`
      : rowsByKey(publishedRelation(work.model), match, partOf(work, 'removed'), 'not among');
  await work.context.warehouse.execute(
    `create or replace view ${partOf(work, 'current')} as ${stay} union all select * from ${partOf(work, 'added')}`,
  );
  return delta;
}
