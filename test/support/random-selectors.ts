import fc from 'fast-check';
import { indirectModes } from '../../transforms/engine/select/selection.ts';
import type { SelectCase } from './select-cases.ts';
import type { Graph } from './select-graph.ts';

/** Selectors that all mean something on the graph: names of everything in it, tags, folders, kinds. */
export function criteria(graph: Graph): string[] {
  const nodes = [...graph.models, ...graph.seeds];
  const named = [...nodes, ...graph.tests, ...graph.singular, ...graph.exposures, ...graph.unitTests];
  const tags = nodes.flatMap(({ config }) => config['tags'] ?? []).map((tag) => `tag:${tag as string}`);
  return [
    ...named.map(({ name }) => name),
    ...nodes.map(({ path }) => `path:${path.slice(0, path.lastIndexOf('/'))}`),
    ...graph.sources.map(({ name }) => `source:${name}`),
    ...tags,
    ...['model', 'test', 'source'].map((kind) => `resource_type:${kind}`),
    '*',
    'f*',
    '*_?r*',
    'marts.*',
    'test_type:generic',
    'config.materialized:view',
    'package:this',
  ];
}

/** One criterion with or without its relatives. */
export function criterionOn(graph: Graph): fc.Arbitrary<string> {
  const around = fc.constantFrom(
    ['', ''],
    ['+', ''],
    ['', '+'],
    ['+', '+'],
    ['1+', ''],
    ['2+', '+1'],
    ['', '+2'],
    ['@', ''],
  );
  return fc
    .tuple(around, fc.constantFrom(...criteria(graph)))
    .map(([[before, after], core]) => `${before}${core}${after}`);
}

/** A whole request: unions of intersections, perhaps an exclude, in any mode. */
export function requestsOn(graph: Graph): fc.Arbitrary<Omit<SelectCase, 'expected'>> {
  const word = fc.array(criterionOn(graph), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
  const words = fc.array(word, { minLength: 1, maxLength: 3 });
  return fc.record(
    { select: words, exclude: words, indirect: fc.constantFrom(...indirectModes) },
    { requiredKeys: ['select', 'indirect'] },
  );
}
