import { quoteIdentifier, quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { parseSeed } from '../materialize/seed-csv.ts';
import type { Model } from '../project/model.ts';

const batchRows = 1_000;

/** Fills a new relation with the rows of a seed's file. */
export async function createSeed(warehouse: Warehouse, seed: Model, relation: string): Promise<void> {
  const types = seed.materialization.kind === 'seed' ? seed.materialization.columnTypes : {};
  const { columns, rows } = parseSeed(seed.file, seed.rawCode, types);
  const definitions = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  await warehouse.execute(`create table ${relation} (${definitions.join(', ')})`);
  const values = columns.map(({ type }, index) => `cast(v.c${index} as ${type})`).join(', ');
  const names = columns.map((_, index) => `c${index}`).join(', ');
  for (let start = 0; start < rows.length; start += batchRows) {
    const batch = rows.slice(start, start + batchRows).map((row) => {
      const cells = row.values.map((cell) => (cell === null ? 'null' : quoteLiteral(cell)));
      return `(${cells.join(', ')})`;
    });
    await warehouse.execute(
      `insert into ${relation} select ${values} from (values ${batch.join(', ')}) as v(${names})`,
    );
  }
}
