import { parseSeed } from '../materialize/seed-csv.ts';
import { renderStatement } from '../materialize/statement.ts';
import { needsWarehouse } from '../compile/errors.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { mustModel } from '../project/laws.ts';
import type { Model, Project } from '../project/model.ts';
import { columnLineage } from './column-lineage.ts';
import type { LineageRelation, LineageStatement, ModelLineage, TracesColumn } from './column-lineage.ts';

/** Columns of every raw table besides the fields of its rows, as the loader makes them. */
const logColumns = [
  '_op',
  '_position',
  '_ordinal',
  '_committed_at',
  '_schema_id',
  '_batch_id',
  '_file',
  '_loaded_at',
];

/**
 * Column lineage of a project from its files alone: every model, inlined ones as nodes of their own, every seed. The
 * fields that staging takes out of a raw row are columns of their source: `shop.orders.placed_at`.
 */
export async function projectLineage(
  project: Project,
  options: {
    readonly dialect?: Dialect;
    /** Only these models, which must come with everything that they are made from. */
    readonly only?: ReadonlySet<string>;
    /** Only these columns are traced; of the others it is only told that they are there. */
    readonly isTraced?: TracesColumn;
  } = {},
): Promise<ModelLineage[]> {
  const { dialect = 'duckdb' } = options;
  const stored = withoutInlining(project);
  const fields = new Map([...project.sources.keys()].map((name) => [name, new Set(logColumns)]));
  const statements: LineageStatement[] = [];
  const seeds: LineageRelation[] = [];
  const unseen: ModelLineage[] = [];
  for (const name of project.order) {
    const model = mustModel(stored, name);
    if (options.only?.has(name) === false) continue;
    if (model.materialization.kind === 'seed') {
      const { columnTypes, delimiter } = model.materialization;
      const { columns } = parseSeed(model.file, model.rawCode, columnTypes, delimiter);
      seeds.push({
        identifier: identifierOf(name),
        relation: name,
        columns: columns.map((each) => each.name),
      });
    } else {
      try {
        statements.push({ model: name, sql: await lineageSql(stored, model, fields, dialect) });
      } catch (error) {
        // Its SQL depends on what the warehouse holds; the others are no worse for it.
        if (!needsWarehouse(error)) throw error;
        unseen.push({ model: name, columns: [], problem: error.message });
      }
    }
  }
  const relations = [
    ...Array.from(fields, ([name, columns]) => ({
      identifier: `source__${identifierOf(name)}`,
      relation: name,
      columns: [...columns, 'data'],
    })),
    ...seeds,
    ...[...statements, ...unseen].map(({ model }) => ({
      identifier: identifierOf(model),
      relation: model,
      columns: [],
    })),
  ];
  const traced = await columnLineage(statements, relations, dialect, options.isTraced);
  const constants = seeds.map(({ relation, columns }) => ({
    model: relation,
    columns: columns.map((column) => ({ column, upstream: [] })),
    problem: undefined,
  }));
  return [...constants, ...traced, ...unseen];
}

/** An inlined model would hide behind its readers; for lineage each is a relation. */
function withoutInlining(project: Project): Project {
  const models = [...project.models].map(([name, model]): [string, Model] => [
    name,
    model.materialization.kind === 'ephemeral' ? { ...model, materialization: { kind: 'view' } } : model,
  ]);
  return { ...project, models: new Map(models) };
}

async function lineageSql(
  project: Project,
  model: Model,
  fields: ReadonlyMap<string, Set<string>>,
  dialect: Dialect,
): Promise<string> {
  const note = (path: string | undefined, alias = path): string => {
    // Of a nested field the one that the row has: `customer.id` comes from customer, `tags[0]` from tags.
    const field = path?.replace(/[.[].*$/, '');
    for (const source of model.sources) if (field !== undefined) fields.get(source)?.add(field);
    return field === alias ? String(field) : `${field} as ${alias}`;
  };
  const elements: (readonly [RegExp, string])[] = [];
  const sql = await renderStatement(project, model.name, {
    dialect,
    relation: identifierOf,
    source: (name) => `source__${identifierOf(name)}`,
    // As columns: the parser cannot look into a JSON path.
    functions: {
      field: ([name]) => note(name),
      field_as: ([name, , alias]) => note(name, alias),
      ...(model.layer === 'staging' ? { json_value: ([, path]: readonly string[]) => note(path) } : {}),
      // On DuckDB a function of a list, whose variable the parser takes for a table.
      divide: ([numerator = '', denominator = '']) => `((${numerator}) / (${denominator}))`,
      safe_divide: ([numerator = '', denominator = '']) => `((${numerator}) / (${denominator}))`,
      // The elements of an array come from where the array does.
      flatten: ([value = '', , alias = '']) => {
        elements.push([new RegExp(`\\b${alias}[.]value\\b`, 'g'), value]);
        return '';
      },
    },
  });
  // The parser does not know DuckDB's division of whole numbers; whence a column comes is the same with the other.
  return elements.reduce(
    (text, [element, array]) => text.replaceAll(element, array),
    sql.replaceAll(' // ', ' / '),
  );
}

function identifierOf(name: string): string {
  return name.replaceAll('.', '__');
}
