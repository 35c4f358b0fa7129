import { isRetryable, messageOf } from '../../../lib/errors.ts';
import { renderMapping } from '../compile/compile.ts';
import { readText } from '../project/files.ts';
import { mustModel, rowInputs } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import type { Model } from '../project/model.ts';
import { publishedRelation, stateTable } from '../warehouse/relations.ts';
import { runScope } from './delta.ts';
import { materializeErrors } from './errors.ts';
import { blameOf } from './sql-position.ts';
import type { Work } from './work.ts';

/** A rendered entry of touched_by: a select of touch keys. */
export interface Mapping {
  readonly input: string;
  readonly sql: string;
}

/**
 * The mappings of some inputs, over the relation of their changed rows; 'never' is none. Where the model's table stands
 * they may look at it: is_incremental() and this mean what they mean in models.
 */
export async function mappingsOf(
  { context, run, model }: Work,
  inputs: readonly string[],
  changed: (input: string) => string,
  isIncremental: boolean,
): Promise<Mapping[]> {
  const scope = { ...runScope(context, run), isIncremental, self: publishedRelation(model) };
  const mappings: Mapping[] = [];
  for (const input of inputs) {
    const sql = await renderMapping(context.project, model, input, { ...scope, changed: changed(input) });
    if (sql !== undefined) mappings.push({ input, sql });
  }
  return mappings;
}

/**
 * Binds all mappings of a model that is built whole, over no rows: a build that reads none of them would else pass, in a
 * dry run, too, and the first change of an input fail. One statement where all are right.
 */
export async function mustBindMappings(work: Work): Promise<void> {
  const { context, run, model } = work;
  if (keyingOf(model) === undefined) return;
  const changed = (input: string): string => {
    const inputModel = mustModel(context.project, input);
    // A feed has the columns of the table, and may not be there before the input is published.
    const rows =
      inputModel.layer === 'staging' ? stateTable(inputModel) : runScope(context, run).relation(input);
    return `(select *, cast(0 as bigint) as _step, 'after' as _image from ${rows} where 1 = 0) as changed`;
  };
  const mappings = await mappingsOf(work, rowInputs(context.project, model.name), changed, false);
  if (mappings.length === 0) return;
  await namingMapping(work, mappings, () => context.warehouse.query(boundSql(mappings)));
}

/** Does work that runs mappings; where the warehouse refuses it, says which of them is at fault, and where it stands. */
export async function namingMapping<T>(
  work: Work,
  mappings: readonly Mapping[],
  doing: () => Promise<T>,
): Promise<T> {
  try {
    return await doing();
  } catch (error) {
    if (isRetryable(error)) throw error;
    for (const mapping of mappings) await mustBind(work, mapping);
    throw error;
  }
}

async function mustBind({ context, model }: Work, mapping: Mapping): Promise<void> {
  try {
    await context.warehouse.query(boundSql([mapping]));
  } catch (error) {
    if (isRetryable(error)) throw error;
    throw materializeErrors.error('TRANSFORM_MAPPING_FAILED', {
      message: `${model.name}: the mapping of ${mapping.input} (touched_by): ${blameOf(model, messageOf(error), undefined).message}`,
      where: await placeOf(model, mapping.input),
      cause: error,
    });
  }
}

function boundSql(mappings: readonly Mapping[]): string {
  const selects = mappings.map(({ sql }) => `select touch_key from (\n${sql}\n) as mapped`);
  return `select * from (${selects.join('\nunion all\n')}) as bound limit 0`;
}

/** file:line of an entry of touched_by: looked for in the file, below the model's own line. */
async function placeOf({ file, properties }: Model, input: string): Promise<string> {
  if (properties === undefined) return file;
  const lines = ((await readText(properties.file)) ?? '').split('\n');
  const below = (start: number, pattern: RegExp): number =>
    lines.findIndex((line, index) => index >= start && pattern.test(line));
  const list = below(properties.line - 1, /\btouched_by['"]?\s*:/);
  const entry = list < 0 ? -1 : below(list, new RegExp(`(?<!\\w)${input.replaceAll('.', '\\.')}['"]?\\s*:`));
  return `${properties.file}:${entry < 0 ? properties.line : entry + 1}`;
}
