import type { Restriction } from '../compile/restriction.ts';
import { mustModel } from '../project/laws.ts';
import { feedTable } from '../warehouse/relations.ts';
import { changedRows as rowsOf, imageOf } from './delta.ts';
import { boundedKindOf, boundsIn, selectBounds } from './key-bounds.ts';
import { mappingsOf, namingMapping } from './mappings.ts';
import type { Mapping } from './mappings.ts';
import { createFromModel } from './model-statement.ts';
import type { Column } from './shape.ts';
import { partOf } from './work.ts';
import type { Work } from './work.ts';

/** The least and the greatest touched key, where keys are numbers or days. */
export type Bounds = Restriction['touchedBounds'];

/**
 * Makes the relation `touched` of the keys to compute; resolves to their bounds, or to `none` where there are none.
 * `key` is the column of the model's table that they are values of.
 */
export async function findTouched(work: Work, key: Column | undefined): Promise<Bounds | 'none'> {
  const touched = partOf(work, 'touched');
  const { plan } = work;
  const inputs = plan.kind === 'incremental' ? plan.changedInputs : [];
  const mappings = await mappingsOf(work, inputs, (input) => changedRows(work, input), true);
  await namingMapping(work, mappings, () =>
    createFromModel(work.context, work.model, touched, touchedKeys(work, mappings)),
  );
  return await boundsOf(work, touched, key);
}

/**
 * Where the keys lie, where they are numbers or days: ids grow with time, so that old rows need not be read, but those of
 * another source begin elsewhere, and between them lies a gap. A text that looks like a day is none: compared with a date
 * it would be read as one.
 */
async function boundsOf(
  { context }: Work,
  touched: string,
  key: Column | undefined,
): Promise<Bounds | 'none'> {
  const kind = boundedKindOf(key?.type);
  const rows = await context.warehouse.query(
    kind === undefined
      ? `select min(touch_key) as low from ${touched}`
      : selectBounds(touched, { key: 'touch_key', kind }),
  );
  const low = rows[0]?.['low'];
  if (low === null || low === undefined) return 'none';
  return kind === undefined ? undefined : boundsIn(rows);
}

/** The keys to compute: those the changed inputs map to, and those given from outside. */
function touchedKeys({ plan }: Work, mappings: readonly Mapping[]): string {
  const selects = mappings.map(({ sql }) => sql);
  const extra = plan.kind === 'incremental' ? plan.extraKeys : undefined;
  if (extra !== undefined) selects.push(`select touch_key from ${extra}`);
  return `select distinct touch_key from (${selects.join('\nunion all\n')}) as mapped where touch_key is not null`;
}

/** An input's rows removed and added since the model consumed it: its published feed, and this run's delta of it. */
function changedRows(work: Work, input: string): string {
  const { context, run, model } = work;
  const inputModel = mustModel(context.project, input);
  const since = run.consumed.get(model.name)?.get(input) ?? 0n;
  const upTo = inputModel.layer === 'staging' ? run.stageStep : run.version;
  const published = `select * from ${feedTable(inputModel)} where _step > ${since} and _step <= ${upTo}`;
  if (!run.deltas.has(input)) return `(${published}) as changed`;
  const pending = (['removed', 'added'] as const).map(
    (part) => `select *, ${run.version}, '${imageOf[part]}' from ${rowsOf(run, inputModel, part)}`,
  );
  return `(${[published, ...pending].join(' union all ')}) as changed`;
}
