import { edgesOf, trace } from '../../transforms/engine/lineage/impact.ts';
import type { LineageEdge } from '../../transforms/engine/lineage/impact.ts';
import type { ColumnRef, LineageKind, ModelLineage } from '../../transforms/engine/lineage/column-lineage.ts';
import { projectLineage } from '../../transforms/engine/lineage/project-lineage.ts';
import { nearest } from '../../lib/edit-distance.ts';
import type { Project } from '../../transforms/engine/project/model.ts';
import { cliErrors } from '../errors.ts';
import { rowsResult } from '../operations/operation.ts';
import type { OperationResult } from '../operations/operation.ts';
import { readProject } from './project.ts';
import type { FilesInput } from './project.ts';

export type Direction = 'upstream' | 'downstream';

export interface LineageAnswer {
  readonly edges: readonly LineageEdge[];
  readonly project: string;
  /** Models whose SQL the parser could not follow. */
  readonly problems: readonly string[];
}

/** Every step of a column's way, or of all columns of a relation: `fct_orders.status`, `dim_date`, `shop.orders.id`. */
export async function columnWays(
  input: FilesInput & { readonly name: string; readonly direction: Direction },
): Promise<LineageAnswer> {
  const { name, direction } = input;
  const project = await readProject(input);
  const relation = relationOf(project, name);
  const isModel = relation !== undefined && project.models.has(relation);
  const only = direction === 'upstream' && isModel ? withAncestors(project, relation) : undefined;
  const lineage = await projectLineage(project, only === undefined ? {} : { only });
  const edges = edgesOf(lineage);
  const starts = startsOf(name, relation, lineage, edges);
  const found = new Map(
    starts.flatMap((start) => trace(edges, start, direction)).map((edge) => [JSON.stringify(edge), edge]),
  );
  const problems = lineage.flatMap(({ model, problem }) =>
    problem === undefined ? [] : [`${model}: ${problem}`],
  );
  return { edges: [...found.values()], project: project.name, problems };
}

/** For people: one row a step, nearest first. */
export function lineageRows({ edges, problems }: LineageAnswer): OperationResult {
  const shown = ({ relation, column }: ColumnRef): string => `${relation}.${column}`;
  const rows = edges.map(({ from, to, kind }) => ({ column: shown(to), made: kind, from: shown(from) }));
  return rowsResult(rows, {
    columns: ['column', 'made', 'from'],
    notes: problems.map((problem) => `lineage is missing for ${problem}`),
  });
}

const subtypes: Readonly<Record<LineageKind, string>> = {
  direct: 'IDENTITY',
  transformed: 'TRANSFORMATION',
  aggregated: 'AGGREGATION',
};

/** For programs: datasets with OpenLineage's columnLineage facet. */
export function openLineage({ edges, project: namespace }: LineageAnswer): object[] {
  const datasets = new Map<string, Map<string, object[]>>();
  for (const { from, to, kind } of edges) {
    const fields = datasets.get(to.relation) ?? new Map<string, object[]>();
    datasets.set(to.relation, fields);
    fields.set(to.column, [
      ...(fields.get(to.column) ?? []),
      {
        namespace,
        name: from.relation,
        field: from.column,
        transformations: [{ type: 'DIRECT', subtype: subtypes[kind], masking: false }],
      },
    ]);
  }
  return Array.from(datasets, ([name, fields]) => ({
    namespace,
    name,
    facets: {
      columnLineage: {
        fields: Object.fromEntries(Array.from(fields, ([field, inputFields]) => [field, { inputFields }])),
      },
    },
  }));
}

/** The relation that a name means or begins with; undefined where there is none. */
function relationOf({ models, sources }: Project, name: string): string | undefined {
  const isKnown = (each: string): boolean => models.has(each) || sources.has(each);
  if (isKnown(name)) return name;
  const parent = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  if (isKnown(parent)) return parent;
  const near = nearest(parent === '' ? name : parent, [...models.keys(), ...sources.keys()]);
  throw notFound(`there is no model or source ${parent === '' ? name : parent}`, near);
}

function withAncestors({ models }: Project, name: string): Set<string> {
  const found = new Set<string>();
  const visit = (each: string): void => {
    if (found.has(each)) return;
    found.add(each);
    for (const ref of models.get(each)?.refs ?? []) visit(ref);
  };
  visit(name);
  return found;
}

function startsOf(
  name: string,
  relation: string | undefined,
  lineage: readonly ModelLineage[],
  edges: readonly LineageEdge[],
): ColumnRef[] {
  if (relation === undefined) return [];
  const own = lineage.find(({ model }) => model === relation)?.columns.map(({ column }) => column);
  const read = edges.flatMap(({ from }) => (from.relation === relation ? [from.column] : []));
  const columns = [...new Set(own ?? read)];
  if (name === relation) return columns.map((column) => ({ relation, column }));
  const asked = name.slice(relation.length + 1);
  const column = columns.find((each) => each.toLowerCase() === asked.toLowerCase());
  if (column !== undefined) return [{ relation, column }];
  throw notFound(`${relation} has no column ${asked}; it has ${columns.join(', ')}`, nearest(asked, columns));
}

function notFound(message: string, near: string | undefined): Error {
  return cliErrors.error('CLI_NOT_FOUND', {
    message: `${message}${near === undefined ? '' : `; did you mean ${near}?`}`,
    remedy: 'See the models with `shopwave transform ls`.',
  });
}
