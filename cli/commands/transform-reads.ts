import path from 'node:path';
import type { Command } from 'commander';
import { exampleVerb, selectionInput, withSelection } from './transform-options.ts';
import type { SelectOptions } from './transform-options.ts';
import { perform, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** Verbs that look at the warehouse and publish nothing. */
export function addTransformReads(transform: Command): void {
  const show = exampleVerb(
    transform,
    'show',
    "print rows of a model's SELECT as the files say now",
    `transform show --inline "select status, count(*) from {{ ref('fct_orders') }} group by 1"`,
  )
    .option('--inline <sql>', 'a query instead of a model; templates may be used')
    .option('--limit <n>', 'at most so many rows', wholeNumber(1, 1_000_000), 5);
  withSelection(show).action((options: SelectOptions & { inline?: string; limit: number }) => {
    const { inline, limit } = options;
    return perform('transform.show', { ...selectionInput(options), inline, limit }, options);
  });
  const diff = exampleVerb(
    transform,
    'diff',
    'compare what the files say now with what is published, by key; without --select: the models whose definition differs',
    'transform diff --select fct_orders',
  )
    .option('--against <folder>', 'compare with the models of another project folder instead')
    .option('--samples <n>', 'differing rows shown per model', wholeNumber(0, 1_000), 5);
  withSelection(diff).action((options: SelectOptions & { against?: string; samples: number }) => {
    const { against, samples } = options;
    const folder = against === undefined ? undefined : path.resolve(against);
    return perform('transform.diff', { ...selectionInput(options), against: folder, samples }, options);
  });
  const freshness = exampleVerb(
    transform,
    'freshness',
    'say how old the newest rows of the sources are; exits 1 when one is older than its limit',
    'transform freshness --select source:shop.orders',
  );
  withSelection(freshness).action((options: SelectOptions) =>
    perform('transform.freshness', selectionInput(options), options),
  );
  exampleVerb(
    transform,
    'held',
    'list the models that are held back at an older version, since when and why',
    'transform held',
  ).action((options: VerbOptions) => perform('transform.held', {}, options));
}
