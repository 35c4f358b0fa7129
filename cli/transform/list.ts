import type { Project } from '../../transforms/engine/project/model.ts';
import { projectResources } from '../../transforms/engine/artifacts/manifest.ts';
import type { Resource } from '../../transforms/engine/artifacts/resource.ts';
import { rowsResult } from '../operations/operation.ts';
import type { OperationResult } from '../operations/operation.ts';
import type { NameForm, ResourceType } from './list-choices.ts';
import { readProject } from './project.ts';
import type { FilesInput } from './project.ts';
import { resolveSelection } from './selection.ts';

/** `transform ls`: models and seeds in build order, or the kinds asked for. */
export async function listNodes(
  input: FilesInput & { readonly resourceTypes?: readonly ResourceType[] | undefined },
): Promise<OperationResult> {
  const { project, nodes } = await listed(input);
  return rowsResult(
    nodes.map((node) => {
      const model = [...project.models.values()].find((each) => each.uniqueId === node.unique_id);
      return {
        name: nodeName(node),
        layer: model?.layer ?? null,
        materialized: model === undefined ? null : model.materialization.kind,
        type: node.resource_type,
        reads: (node.depends_on?.nodes ?? []).map(shortId).join(', '),
        tests: model?.tests.length ?? null,
        file: node.original_file_path,
      };
    }),
    // What a mart reads can be as long as a page: programs get it, a table would have no room for anything else.
    { columns: ['name', 'layer', 'materialized', 'type', 'tests', 'file'] },
  );
}

/** `transform ls -o name|path|selector`: one line a node. */
export async function listNames(
  input: FilesInput & { readonly resourceTypes?: readonly ResourceType[] | undefined },
  form: NameForm,
): Promise<string[]> {
  const { nodes } = await listed(input);
  const lines: Readonly<Record<NameForm, (node: Resource) => string>> = {
    name: nodeName,
    path: (node) => node.original_file_path,
    selector: (node) => {
      const method =
        { source: 'source:', exposure: 'exposure:', unit_test: 'unit_test:' }[node.resource_type] ?? '';
      return node.resource_type === 'source'
        ? `${method}${node.fqn[0]}.${nodeName(node)}`
        : `${method}${node.fqn.join('.')}`;
    },
  };
  return nodes.map(lines[form]);
}

async function listed(
  input: FilesInput & { readonly resourceTypes?: readonly ResourceType[] | undefined },
): Promise<{ readonly project: Project; readonly nodes: readonly Resource[] }> {
  const project = await readProject(input);
  const { ids, notes } = await resolveSelection(project, input);
  for (const note of notes) input.onWarning(note);
  const { nodes, sources, unit_tests, exposures } = projectResources(project, {
    relation: () => undefined,
    createdAt: 0,
  });
  const all = { ...sources, ...nodes, ...unit_tests, ...exposures };
  const chosen = [...ids].flatMap((id) => all[id] ?? []);
  const wanted = new Set<string>(input.resourceTypes ?? ['model', 'seed']);
  const ofKind = chosen.filter(({ resource_type }) => wanted.has('all') || wanted.has(resource_type));
  // A selection of tests alone is answered with them.
  return { project, nodes: ofKind.length === 0 && input.resourceTypes === undefined ? chosen : ofKind };
}

function nodeName(node: Resource): string {
  if (node.resource_type === 'source') return `${node.source_name}.${node.name}`;
  const { version } = node;
  return version === undefined || version === null ? node.name : `${node.name}.v${version}`;
}

/** `source.shopwave.shop.orders` to `shop.orders`. */
function shortId(id: string): string {
  return id.split('.').slice(2).join('.');
}
