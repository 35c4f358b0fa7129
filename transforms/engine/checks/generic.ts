import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import { builtInName } from '../project/macros.ts';
import type { DataTest } from '../project/model.ts';
import type { Probe } from './check.ts';
import { checkErrors } from './errors.ts';
import { narrowed } from './present.ts';
import type { Present } from './present.ts';
import type { RowsUnderTest } from './rows-under-test.ts';
import { namesOf, testedColumn, withExpressions } from './tested-columns.ts';
import type { TestedColumn } from './tested-columns.ts';

/** Everything that the SQL of a built-in check is made of. */
export interface GenericInput {
  readonly test: DataTest;
  readonly under: RowsUnderTest;
  /** The relation that a relationships check looks its values up in. */
  readonly parent: Present;
  /** `where` of the check, rendered. */
  readonly where: string | undefined;
}

const builders: Readonly<Record<string, (input: GenericInput) => Probe>> = {
  not_null: (input) => rows(input, anyNull(columnsOf(input.test))),
  accepted_values: acceptedValues,
  unique: (input) => duplicates(input, 'are left out'),
  // Two nulls count as equal, as in dbt_utils: a key with a null in it is no key.
  unique_combination_of_columns: (input) => duplicates(input, 'count'),
  relationships: ({ test, under, parent, where }) =>
    orphans({ test, rows: narrowed(under.rows, where), parent, isWhole: under.isWhole }),
};

/** The SQL of a check that the engine answers itself. Throws CHECK_ARGUMENT_INVALID. */
export function genericProbe(input: GenericInput): Probe {
  const build = builders[builtInName(input.test.kind)];
  if (build === undefined) throw new Error(`${input.test.kind} is not built in`);
  return build(input);
}

function rows({ under, where }: GenericInput, condition: string): Probe {
  return { kind: 'rows', relation: `${narrowed(under.rows, where)} as rows_under_test`, condition };
}

function anyNull(columns: readonly string[]): string {
  return columns.map((column) => `(${column}) is null`).join(' or ');
}

function acceptedValues(input: GenericInput): Probe {
  const [column] = columnsOf(input.test);
  const { values, quote = true } = input.test.arguments;
  if (!Array.isArray(values) || values.length === 0) throw invalid(input.test, 'needs a list of `values`');
  const literals = values.map((value) => (quote === false ? String(value) : quoteLiteral(String(value))));
  return rows(input, `(${column}) is not null and (${column}) not in (${literals.join(', ')})`);
}

function duplicates({ test, under, where }: GenericInput, nulls: 'count' | 'are left out'): Probe {
  const columns = columnsOf(test).map(testedColumn);
  const list = namesOf(columns);
  const rowsOf = withExpressions(under.rows, columns, where);
  const among = under.isWhole ? undefined : `select ${list} from ${rowsOf} as added`;
  const present = under.current({ columns, among, where });
  const ignored = nulls === 'count' ? '' : `where not (${anyNull(columns.map(({ name }) => name))}) `;
  const sql = `select ${list}, count(*) as n_records from (${present}) as present
    ${ignored}group by ${list} having count(*) > 1`;
  return { kind: 'query', sql };
}

/**
 * Rows whose value a parent does not hold. A join and no `not exists`: over a parent in two parts (production and
 * delta) the latter is compared value by value.
 */
function orphans(input: {
  readonly test: DataTest;
  readonly rows: string;
  readonly parent: Present;
  readonly isWhole: boolean;
}): Probe {
  const { test, parent } = input;
  const column = oneColumn(test);
  const rowsOf = withExpressions(input.rows, [column], undefined);
  const field = testedColumn(fieldOf(test), 1);
  const among = input.isWhole
    ? undefined
    : `select ${column.name} as ${field.name} from ${rowsOf} as asked_rows`;
  const present = parent({ columns: [field], among, where: undefined, isOnceEnough: true });
  const sql = `select child.* from ${rowsOf} as child
    left join (select distinct ${field.name} as parent_field from (${present}) as present) as parent
      on parent.parent_field = child.${column.name}
    where child.${column.name} is not null and parent.parent_field is null`;
  return { kind: 'query', sql };
}

/** Rows of a child that refer to keys which a parent has just lost; the child itself need not have changed. */
export function orphanProbe(input: {
  readonly test: DataTest;
  /** The child's relation as the run leaves it. */
  readonly child: string;
  readonly parent: Present;
  /** A select of the values of a column that the parent has lost; undefined when it was replaced whole. */
  readonly lost: ((field: string) => string) | undefined;
  readonly where: string | undefined;
}): Probe {
  const { test, parent } = input;
  const child = narrowed(input.child, input.where);
  if (input.lost === undefined) return orphans({ test, rows: child, parent, isWhole: true });
  const column = oneColumn(test).expression ?? `c.${oneColumn(test).name}`;
  const rowsOfLost = `(select * from ${child} as c where ${column} in (${input.lost(fieldOf(test))}))`;
  return orphans({ test, rows: rowsOfLost, parent, isWhole: false });
}

/** The columns a check is about: its own, or those of a composite key. */
export function columnsOf(test: DataTest): readonly string[] {
  const combination = test.arguments['combination_of_columns'];
  if (Array.isArray(combination) && combination.length > 0) return combination.map(String);
  const column = test.column ?? test.arguments['column_name'];
  if (typeof column === 'string') return [column];
  throw invalid(test, 'needs a column');
}

function oneColumn(test: DataTest): TestedColumn {
  const [column = ''] = columnsOf(test);
  return testedColumn(column);
}

function fieldOf(test: DataTest): string {
  const field = test.arguments['field'];
  if (typeof field === 'string') return field;
  throw invalid(test, 'needs the `field` of the parent');
}

function invalid(test: DataTest, message: string): Error {
  return checkErrors.error('CHECK_ARGUMENT_INVALID', {
    message: `${test.kind} on ${test.attachedTo.name} ${message}`,
    where: test.file === '' ? undefined : `${test.file}:${test.line}`,
  });
}
