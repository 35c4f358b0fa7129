import { readFile } from 'node:fs/promises';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { parseSeed } from '../materialize/seed-csv.ts';
import { describeQuery } from '../materialize/shape.ts';
import type { Column } from '../materialize/shape.ts';
import { renderStatement } from '../materialize/statement.ts';
import { mustModel, storedInputs } from '../project/laws.ts';
import type { Model, Project } from '../project/model.ts';
import { logColumns } from '../warehouse/relations.ts';
import { rawColumns } from './raw-fixture.ts';
import { valuesSelect } from './unit-fixture.ts';

/** The columns of a stored model. */
export type ColumnTypes = (model: string) => Promise<readonly Column[]>;

/**
 * Columns of models without any table of theirs: from the contract where there is one, else by describing the model's
 * SQL over empty stand-ins of its inputs, down to raw. Each model is described once.
 */
export function columnTypes(project: Project, scratch: Warehouse): ColumnTypes {
  const known = new Map<string, Promise<readonly Column[]>>();
  const typesOf: ColumnTypes = (name) => {
    const found = known.get(name) ?? describeModel(project, scratch, name, typesOf);
    known.set(name, found);
    return found;
  };
  return typesOf;
}

async function describeModel(
  project: Project,
  scratch: Warehouse,
  name: string,
  typesOf: ColumnTypes,
): Promise<readonly Column[]> {
  const model = mustModel(project, name);
  const declared = await declaredColumns(model);
  if (declared !== undefined) return declared;
  const stubs = [
    ...allSources(project, name).map((source) => stub(rawName(source), rawColumns)),
    ...(await Promise.all(
      storedInputs(project, name).map(async (input) => stub(stubName(input), await typesOf(input))),
    )),
  ];
  const sql = await renderStatement(project, name, {
    dialect: scratch.capabilities.dialect,
    relation: stubName,
    source: rawName,
  });
  const columns = await describeQuery(scratch, inContext(stubs, sql), '');
  const hidden = model.materialization.kind === 'latest' ? logColumns : [];
  return columns.filter((column) => !hidden.includes(column.name));
}

/** The declared columns of a model whose contract is enforced; those of a seed are in its file. */
async function declaredColumns(model: Model): Promise<readonly Column[] | undefined> {
  if (model.materialization.kind === 'seed') {
    const { columnTypes, delimiter } = model.materialization;
    return parseSeed(model.file, await readFile(model.file, 'utf8'), columnTypes, delimiter).columns;
  }
  if (!model.config.contractEnforced) return undefined;
  const typed = model.columns.flatMap(({ name, dataType }) =>
    dataType === undefined ? [] : [{ name, type: dataType }],
  );
  return typed.length === model.columns.length ? typed : undefined;
}

/** Raw tables that a model reads, through the models it inlines too. */
export function allSources(project: Project, name: string): readonly string[] {
  const { sources, refs } = mustModel(project, name);
  const inlined = refs.filter((ref) => mustModel(project, ref).materialization.kind === 'ephemeral');
  return [...new Set([...sources, ...inlined.flatMap((ref) => allSources(project, ref))])];
}

function stub(name: string, columns: readonly Column[]): string {
  return `${name} as (${valuesSelect({ columns: [], rows: [] }, columns, '')})`;
}

function stubName(model: string): string {
  return `stub_${plain(model)}`;
}

function rawName(source: string): string {
  return `raw_${plain(source)}`;
}

function plain(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, '__');
}

/** A statement that sees common table expressions of ours around its own. */
export function inContext(expressions: readonly string[], sql: string): string {
  const prefix = expressions.length === 0 ? '' : `with ${expressions.join(',\n')}\n`;
  return `${prefix}select * from (\n${sql}\n) as statement`;
}
