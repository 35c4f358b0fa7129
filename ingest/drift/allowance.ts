import type { Knex } from 'knex';
import { driftSchema } from './control-tables.ts';
import { driftErrors } from './errors.ts';
import { isFieldRule } from '../pci/field-rules.ts';
import type { FieldRule } from '../pci/field-rules.ts';
import type { Declared } from './shape.ts';

/** That a column is taken over, or no longer, although the allow-list of the code says otherwise. */
export interface Allowance {
  readonly table: string;
  readonly column: string;
  /** How its values are treated, such as `allow` or `token:email`. */
  readonly rule: string;
  readonly isAllowed: boolean;
}

/** What is taken over from a table, with the rules of its columns. */
interface DeclaredWithRules extends Declared {
  readonly fields?: Readonly<Record<string, FieldRule>>;
}

/** What was decided for a source. */
export async function readAllowances(control: Knex, source: string): Promise<Allowance[]> {
  const rows: Array<Record<'table_name' | 'column_name' | 'rule', string> & { is_allowed: boolean }> =
    await control
      .withSchema(driftSchema)
      .from('allowance')
      .where({ source })
      .orderBy(['table_name', 'column_name']);
  return rows.map((row) => ({
    table: row.table_name,
    column: row.column_name,
    rule: row.rule,
    isAllowed: row.is_allowed,
  }));
}

/** Stands for the table as a whole. */
export const wholeTable = '*';

/** Takes a decision back, or puts the one before in its place. */
export async function restoreAllowance(
  trx: Knex,
  source: string,
  { table, column }: Pick<Allowance, 'table' | 'column'>,
  before: Allowance | undefined,
  at: Date,
): Promise<void> {
  if (before !== undefined) return await writeAllowance(trx, source, before, at);
  const row = { source, table_name: table, column_name: column };
  await trx.withSchema(driftSchema).from('allowance').where(row).delete();
}

/** Keeps a decision; the last one counts. */
export async function writeAllowance(
  trx: Knex,
  source: string,
  { table, column, rule, isAllowed }: Allowance,
  at: Date,
): Promise<void> {
  await trx
    .withSchema(driftSchema)
    .into('allowance')
    .insert({
      source,
      table_name: table,
      column_name: column,
      rule,
      is_allowed: isAllowed,
      decided_at: at,
    })
    .onConflict(['source', 'table_name', 'column_name'])
    .merge();
}

/** The allow-list as it stands: what the code declares, with what was decided since. A key column always stays. */
export function withAllowances<T extends DeclaredWithRules>(
  declared: readonly T[],
  allowances: readonly Allowance[],
): T[] {
  return declared.flatMap((table) => {
    const own = allowances.filter((each) => each.table === table.table);
    if (own.length === 0) return [table];
    if (own.some(({ column, isAllowed }) => column === wholeTable && !isAllowed)) return [];
    const removed = new Set(own.filter(({ isAllowed }) => !isAllowed).map(({ column }) => column));
    const lostKey = table.key.find((column) => removed.has(column));
    if (lostKey !== undefined) {
      throw driftErrors.error('SCHEMA_KEY_NEEDED', {
        message: `${table.table}.${lostKey} is part of the key`,
        where: table.table,
      });
    }
    const added = own.filter(({ column, isAllowed }) => isAllowed && column !== wholeTable);
    const columns = [...new Set([...table.columns, ...added.map(({ column }) => column)])];
    const fields: Record<string, FieldRule> = { ...table.fields };
    for (const { column, rule } of added) if (isFieldRule(rule)) fields[column] = rule;
    return [{ ...table, columns: columns.filter((column) => !removed.has(column)), fields }];
  });
}
