import type { SelectContext } from './context.ts';
import { reached } from './graph.ts';
import type { SelectionGraph } from './graph.ts';
import { noMatch, predicateOf } from './methods.ts';
import type { Criterion, IndirectSelection, Selection } from './selection.ts';
import { difference, intersection, union } from './sets.ts';

/** Nodes that are selected, and tests that would be if their other parents were too. */
interface Selected {
  readonly direct: ReadonlySet<string>;
  readonly waiting: ReadonlySet<string>;
}

interface Evaluation {
  readonly graph: SelectionGraph;
  readonly context: SelectContext;
  readonly mode: IndirectSelection;
}

/**
 * The unique ids a selection means, each after all it reads. dbt's rules, tests that join by their parents included.
 * Typed errors for a name that nothing has, and for a comparison without anything to compare with.
 */
export function evaluate(selection: Selection, evaluation: Evaluation): string[] {
  const { direct } = select(selection, evaluation);
  return [...evaluation.graph.resources.keys()].filter((id) => direct.has(id));
}

function select(selection: Selection, evaluation: Evaluation): Selected {
  if (selection.kind === 'criterion') return selectCriterion(selection, evaluation);
  const parts = selection.parts.map((part) => select(part, evaluation));
  const combine = combinations[selection.kind];
  const direct = combine(parts.map((part) => part.direct));
  const waiting = combine(parts.map((part) => union(part.direct, part.waiting)));
  return {
    direct: joined(direct, waiting, selection.indirect ?? evaluation.mode, evaluation.graph),
    waiting,
  };
}

type Combine = (sets: readonly ReadonlySet<string>[]) => ReadonlySet<string>;

const combinations: Readonly<Record<'union' | 'intersection' | 'difference', Combine>> = {
  union: (sets) => fold(sets, union),
  intersection: (sets) => fold(sets, intersection),
  difference: (sets) => fold(sets, difference),
};

function fold(
  sets: readonly ReadonlySet<string>[],
  combine: (a: ReadonlySet<string>, b: ReadonlySet<string>) => ReadonlySet<string>,
): ReadonlySet<string> {
  const [first, ...rest] = sets;
  return rest.reduce(combine, first ?? new Set());
}

function selectCriterion(criterion: Criterion, { graph, context, mode }: Evaluation): Selected {
  const matches = predicateOf(criterion, graph, context);
  const named = new Set<string>();
  for (const [id, resource] of graph.resources) if (matches(resource)) named.add(id);
  if (named.size === 0) {
    const error = noMatch(criterion, graph);
    if (error !== undefined) throw error;
  }
  return withTests(union(named, relatives(criterion, graph, named)), criterion.indirect ?? mode, graph);
}

function relatives(criterion: Criterion, graph: SelectionGraph, named: ReadonlySet<string>): Set<string> {
  const above = reached(graph.parents, named, criterion.parents);
  const below = reached(graph.children, named, criterion.children);
  if (!criterion.childrensParents) return union(above, below);
  const all = union(named, reached(graph.children, named, Infinity));
  return union(all, reached(graph.parents, all, Infinity));
}

/** Adds the tests on selected nodes that the mode admits; the others wait for their parents. */
function withTests(selected: ReadonlySet<string>, mode: IndirectSelection, graph: SelectionGraph): Selected {
  const direct = new Set(selected);
  const waiting = new Set<string>();
  if (mode === 'empty') return { direct, waiting };
  const present = mode === 'buildable' ? union(buildable(selected, graph), sourcesOf(graph)) : selected;
  for (const id of reached(graph.children, selected, 1)) {
    if (!isTest(id, graph)) continue;
    if (mode === 'eager' || hasAllParents(id, present, graph)) direct.add(id);
    else waiting.add(id);
  }
  return { direct, waiting };
}

/** After sets were combined: waiting tests whose parents all came together join. */
function joined(
  direct: ReadonlySet<string>,
  waiting: ReadonlySet<string>,
  mode: IndirectSelection,
  graph: SelectionGraph,
): ReadonlySet<string> {
  if (mode !== 'cautious' && mode !== 'buildable') return direct;
  const selected = new Set(direct);
  const present = mode === 'buildable' ? buildable(direct, graph) : selected;
  for (const id of waiting) {
    if (isDataTest(id, graph) && hasAllParents(id, present, graph)) selected.add(id);
  }
  return selected;
}

function buildable(selected: ReadonlySet<string>, graph: SelectionGraph): Set<string> {
  return union(selected, reached(graph.parents, selected, Infinity));
}

function sourcesOf(graph: SelectionGraph): Set<string> {
  return new Set(Object.keys(graph.entries.sources));
}

function hasAllParents(id: string, present: ReadonlySet<string>, graph: SelectionGraph): boolean {
  return (graph.parents.get(id) ?? []).every((parent) => present.has(parent));
}

function isDataTest(id: string, graph: SelectionGraph): boolean {
  return graph.resources.get(id)?.resource_type === 'test';
}

function isTest(id: string, graph: SelectionGraph): boolean {
  return isDataTest(id, graph) || graph.resources.get(id)?.resource_type === 'unit_test';
}
