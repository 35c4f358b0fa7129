import type { Knex } from 'knex';
import type { ShopwaveError } from '../../lib/errors.ts';
import type { CaptureDeps } from './capture-deps.ts';
import { captureSchema } from './control-tables.ts';
import { captureErrors } from './errors.ts';
import { sourceSchema } from './relation.ts';
import { describeUrl } from './source-connection.ts';
import type { SourceConnection } from './source-connection.ts';

/** A partition that holds rows of a captured table. */
interface Partition {
  readonly table: string;
  readonly oid: string;
  readonly name: string;
  /** The transaction that made it a partition. */
  readonly attached: string;
  /** It was made as a partition, so it had no rows before; another table was attached with what it held. */
  readonly isNative: boolean;
}

/** What became of the partitions of a table. */
export interface PartitionChange {
  readonly table: string;
  readonly message: string;
}

/** Notes the partitions as they are: the stream, or a snapshot that begins now, has their rows. */
export async function keepPartitions(deps: CaptureDeps, source: SourceConnection): Promise<void> {
  const found = await readPartitions(deps, source);
  await deps.control.transaction(async (trx) => {
    await known(trx).where({ source: deps.source }).delete();
    if (found.length > 0) await known(trx).insert(found.map((each) => row(deps, each)));
  });
}

/** Partitions that came or went with their rows. Changes nothing. */
export async function partitionChanges(
  deps: CaptureDeps,
  source: SourceConnection,
): Promise<PartitionChange[]> {
  return (await comparePartitions(deps, source)).changes;
}

interface Comparison {
  readonly changes: PartitionChange[];
  /** New ones that were made empty. */
  readonly native: readonly Partition[];
}

async function comparePartitions(deps: CaptureDeps, source: SourceConnection): Promise<Comparison> {
  const found = await readPartitions(deps, source);
  const kept: Array<Record<'table_name' | 'oid' | 'name' | 'attached', string>> = await known(
    deps.control,
  ).where({
    source: deps.source,
  });
  const isKnown = (partition: Partition): boolean =>
    kept.some((each) => each.oid === partition.oid && each.attached === partition.attached);
  const fresh = found.filter((each) => !isKnown(each));
  const gone = kept.filter((each) => !found.some((partition) => partition.oid === each.oid));
  const changes = [
    ...fresh
      .filter((each) => !each.isNative)
      .map(({ table, name }) => ({ table, message: `${name} was attached to ${table}` })),
    ...gone.map(({ table_name: table, name }) => ({
      table,
      message: `${name} is no longer part of ${table}`,
    })),
  ];
  return { changes, native: fresh.filter((each) => each.isNative) };
}

/**
 * Throws when partitions came or went with their rows. Those that were made empty are what a partitioned table lives
 * by: they are taken over.
 */
export async function checkPartitions(deps: CaptureDeps, source: SourceConnection): Promise<void> {
  const { changes, native } = await comparePartitions(deps, source);
  if (native.length > 0) {
    await known(deps.control)
      .insert(native.map((each) => row(deps, each)))
      .onConflict()
      .ignore();
  }
  const error = partitionsError(changes, describeUrl(deps.sourceUrl));
  if (error !== undefined) throw error;
}

/** What such changes mean for the stream; undefined without any. */
export function partitionsError(
  changes: readonly PartitionChange[],
  where: string,
): ShopwaveError | undefined {
  if (changes.length === 0) return undefined;
  return captureErrors.error('CAPTURE_PARTITIONS_CHANGED', {
    message: changes.map((each) => each.message).join('; '),
    where,
  });
}

function known(control: Knex): Knex.QueryBuilder {
  return control.withSchema(captureSchema).from('partition');
}

function row(deps: CaptureDeps, { table, oid, name, attached }: Partition): Readonly<Record<string, string>> {
  return { source: deps.source, table_name: table, oid, name, attached };
}

/**
 * System columns are written when a table is made and never again, and the row of pg_inherits when it becomes a
 * partition: one transaction did both exactly when the table was made as a partition.
 */
async function readPartitions(deps: CaptureDeps, source: SourceConnection): Promise<Partition[]> {
  return await source.query<Partition>(
    `select c.relname::text as "table", l.oid::text as oid, l.oid::regclass::text as name,
       i.xmin::text as attached,
       i.xmin = (select a.xmin from pg_attribute a where a.attrelid = l.oid and a.attname = 'tableoid') as "isNative"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     cross join lateral pg_partition_tree(c.oid) t join pg_class l on l.oid = t.relid
     join pg_inherits i on i.inhrelid = l.oid
     where n.nspname = $1 and c.relname = any ($2) and c.relkind = 'p' and t.isleaf and t.level > 0
     order by l.oid`,
    [sourceSchema, deps.tables.map((each) => each.table)],
  );
}
