import { readFile } from 'node:fs/promises';
import { isTransient, messageOf } from '../../../lib/errors.ts';
import { quoteIdentifier, quoteLiteral } from '../../../warehouse/sql-text.ts';
import { materializeErrors } from './errors.ts';
import { mustKeepContract, mustNotBreakReaders } from './contract.ts';
import { mustMeetConstraints } from './constraints.ts';
import type { ModelDelta } from './delta.ts';
import { parseSeed } from './seed-csv.ts';
import type { SeedTable } from './seed-csv.ts';
import type { Materialization } from '../project/model.ts';
import { describeRelation } from './shape.ts';
import { asDelta, describeProduction } from './whole.ts';
import { partOf } from './work.ts';
import type { Work } from './work.ts';

/** Rows a statement: small enough for any statement limit, large enough to be few. */
const batchRows = 1_000;

/** Loads a seed's CSV beside production; as every other kind, it is published as few rows as changed. */
export async function computeSeed(work: Work): Promise<ModelDelta> {
  const { context, model } = work;
  const { columnTypes = {}, delimiter } = settingsOf(work);
  const seed = parseSeed(model.file, await readSeed(model.file), columnTypes, delimiter);
  const published = await describeProduction(work);
  const fresh = partOf(work, 'new');
  await load(work, seed, fresh);
  const select = await describeRelation(context.warehouse, fresh);
  await mustKeepContract(work, '', select);
  if (published !== undefined && select !== undefined) mustNotBreakReaders(work, published, select);
  await mustMeetConstraints(work, fresh);
  return await asDelta(work, fresh, published, select);
}

type SeedSettings = Partial<Extract<Materialization, { readonly kind: 'seed' }>>;

function settingsOf({ model: { materialization } }: Work): SeedSettings {
  return materialization.kind === 'seed' ? materialization : {};
}

async function readSeed(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw materializeErrors.error('TRANSFORM_SEED_INVALID', { message: messageOf(error), where: file });
  }
}

export async function load(work: Work, seed: SeedTable, relation: string): Promise<void> {
  const { warehouse } = work.context;
  const definitions = seed.columns.map(({ name, type }) => `${columnName(work, name)} ${type}`);
  try {
    await warehouse.execute(`create or replace table ${relation} (${definitions.join(', ')})`);
  } catch (error) {
    if (isTransient(error)) throw error;
    throw materializeErrors.error('TRANSFORM_SEED_INVALID', {
      message: `column_types: ${messageOf(error)}`,
      where: work.model.file,
      cause: error,
    });
  }
  const values = seed.columns.map((column, index) => `cast(v.c${index} as ${column.type})`).join(', ');
  const names = seed.columns.map((_, index) => `c${index}`).join(', ');
  for (let start = 0; start < seed.rows.length; start += batchRows) {
    const batch = seed.rows.slice(start, start + batchRows);
    const rows = batch.map(({ values: cells }) => `(${cells.map(literal).join(', ')})`);
    try {
      await warehouse.execute(
        `insert into ${relation} select ${values} from (values ${rows.join(', ')}) as v(${names})`,
      );
    } catch (error) {
      if (isTransient(error)) throw error;
      throw await blameLine(work, seed, batch, error);
    }
  }
}

/** A column's name in the table's definition. */
function columnName(work: Work, name: string): string {
  if (settingsOf(work).quoteColumns !== false) return quoteIdentifier(name);
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw materializeErrors.error('TRANSFORM_SEED_INVALID', {
    message: `the column "${name}" must be quoted, and quote_columns is false`,
    where: `${work.model.file}:1`,
  });
}

function literal(cell: string | null): string {
  return cell === null ? 'null' : quoteLiteral(cell);
}

/** Finds the line that a batch failed at: the first cell that its column's type does not take. */
async function blameLine(
  work: Work,
  seed: SeedTable,
  batch: SeedTable['rows'],
  cause: unknown,
): Promise<Error> {
  for (const row of batch) {
    for (const [index, { name, type }] of seed.columns.entries()) {
      const cell = row.values[index] ?? null;
      try {
        await work.context.warehouse.query(`select cast(${literal(cell)} as ${type}) as v`);
      } catch (error) {
        if (isTransient(error)) return error as Error;
        return materializeErrors.error('TRANSFORM_SEED_INVALID', {
          message: `${name}: "${cell ?? ''}" is no ${type}`,
          where: `${work.model.file}:${row.line}`,
          cause,
        });
      }
    }
  }
  return materializeErrors.error('TRANSFORM_SEED_INVALID', {
    message: messageOf(cause),
    where: work.model.file,
    cause,
  });
}
