import { nearest } from '../../../lib/edit-distance.ts';
import type { Project } from '../project/model.ts';
import type { NamedSelector, SelectContext, SelectRequest } from './context.ts';
import { selectErrors } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { selectionGraph } from './graph.ts';
import { parseArguments } from './parse.ts';
import type { Selection } from './selection.ts';

/**
 * Unique ids of everything a request selects, each after all it reads: sources, models, seeds, tests, unit tests,
 * exposures. Without --select and a default selector it is everything.
 */
export function selectNodes(project: Project, request: SelectRequest): string[] {
  const context = request.context ?? {};
  return evaluate(selectionOf(request, context), {
    graph: selectionGraph(project),
    context,
    mode: request.indirectSelection ?? 'eager',
  });
}

/** Keys of Project.models that a request selects (models and seeds), in build order. */
export function selectModels(project: Project, request: SelectRequest): string[] {
  const ids = new Set(selectNodes(project, request));
  return project.order.filter((name) => ids.has(project.models.get(name)?.uniqueId ?? ''));
}

/** Unique ids of the tests that a request selects: generic, singular and unit tests. */
export function selectTests(project: Project, request: SelectRequest): string[] {
  return selectNodes(project, request).filter((id) => id.startsWith('test.') || id.startsWith('unit_test.'));
}

function selectionOf({ select, exclude, selector }: SelectRequest, context: SelectContext): Selection {
  const chosen = select === undefined || select.length === 0 ? undefined : select;
  if (selector !== undefined) {
    if (chosen === undefined && exclude === undefined) return mustSelector(selector, context).selection;
    throw selectErrors.error('SELECT_SYNTAX', {
      message: '--selector stands alone: it does not go with --select or --exclude',
      where: '--selector',
      remedy: 'Add what is missing to the named selector, or write the selection out.',
    });
  }
  const byDefault = [...(context.selectors?.values() ?? [])].find((each) => each.isDefault);
  if (chosen === undefined && exclude === undefined && byDefault !== undefined) return byDefault.selection;
  const included = chosen === undefined ? everything : parseArguments('--select', chosen);
  if (exclude === undefined || exclude.length === 0) return included;
  const parts = [included, parseArguments('--exclude', exclude)];
  return { kind: 'difference', parts, indirect: 'eager' };
}

const everything: Selection = parseArguments('--select', ['package:*']);

function mustSelector(name: string, { selectors }: SelectContext): NamedSelector {
  const found = selectors?.get(name);
  if (found !== undefined) return found;
  const near = nearest(name, selectors?.keys() ?? []);
  throw selectErrors.error('SELECT_NO_MATCH', {
    message: `there is no selector ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
    where: '--selector',
    remedy: 'Declare it in selectors.yml.',
  });
}
