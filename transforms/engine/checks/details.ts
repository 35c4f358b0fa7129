import { createHash } from 'node:crypto';
import type { Row } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { failingRows } from './check.ts';
import type { Check } from './check.ts';

/** Where rows that failed a check are kept, until its next run, unless it has a schema of its own. */
const auditSchema = 'dbt_test__audit';

/** Rows kept of one check, unless its limit says fewer: enough to look at, too few to fill a warehouse. */
const storedRows = 500;

const sampleRows = 5;

/** Replaces the stored failures of a check; the table is there, and empty, when it passed. Names the table. */
export async function storeFailures(context: EngineContext, check: Check, failures: number): Promise<string> {
  const schema = schemaOf(check);
  const relation = `${schema}.${tableName(check.storeAs ?? check.name)}`;
  const limit = failures === 0 ? 0 : Math.min(check.config.limit ?? storedRows, storedRows);
  await context.warehouse.execute(`create schema if not exists ${schema}`);
  await context.warehouse.execute(
    `create or replace table ${relation} as select * from (${failingRows(check)}\n) as failures limit ${limit}`,
  );
  return relation;
}

/** A schema of the test's own is one beside the common one, as a model's is beside its layer: no mart can be hit. */
function schemaOf({ config }: Check): string {
  return config.schema === undefined ? auditSchema : `${auditSchema}_${config.schema}`;
}

/** Test names may hold what table names may not; a cut name keeps a hash of the whole, so that none collide. */
function tableName(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_');
  if (plain === name && plain.length <= 120) return plain;
  return `${plain.slice(0, 110)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** Keys of a few failing rows. Only columns that identify: what else a row holds is not for logs. */
export function sampleKeys(check: Check, failing: readonly Row[]): Row[] {
  const shown = new Set(check.keys);
  return failing
    .slice(0, sampleRows)
    .map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => shown.has(column))))
    .filter((row) => Object.keys(row).length > 0);
}

/** What happened, in one line: how many, and which for example. */
export function describeFailures(failures: number, condition: string, samples: readonly Row[]): string {
  const count = `got ${failures} (${condition})`;
  const examples = samples.map((row) =>
    Object.entries(row)
      .map(([column, value]) => `${column}=${String(value)}`)
      .join(' '),
  );
  return examples.length === 0 ? count : `${count}; e.g. ${examples.join(', ')}`;
}
