import type { MissedQuery } from '../server/usage/missed-query.ts';
import type { Model } from '../validate/model.ts';
import { needOf } from './need.ts';
import type { Need } from './need.ts';

/** A rollup that would answer queries which the warehouse answers now. */
export interface ProposedRollup {
  readonly cube: string;
  readonly name: string;
  readonly measures: readonly string[];
  readonly dimensions: readonly string[];
  readonly timeDimension: string;
  /** Queries of the past that it would have answered, and how long the warehouse took for them. */
  readonly queries: number;
  readonly savedMs: number;
}

/** Queries that no rollup can answer, and why. */
export interface Unanswerable {
  readonly metrics: readonly string[];
  readonly reason: string;
  readonly queries: number;
  readonly totalMs: number;
}

export interface Advice {
  readonly rollups: readonly ProposedRollup[];
  readonly unanswerable: readonly Unanswerable[];
}

/** What a proposal has to save at least: fewer queries than this are asked once, and not again. */
const fewestQueries = 3;
const mostProposals = 5;

/**
 * Proposes rollups for what the warehouse was asked. One of more dimensions answers all queries of fewer, and has more
 * rows: of each cube and date the sets that were asked for are tried, the one that saves most time first.
 */
export function advise(model: Model, missed: readonly MissedQuery[]): Advice {
  const needs = missed.map((each) => ({ each, need: needOf(model, each.shape) }));
  const open = needs.flatMap(({ each, need }) => (need.kind === 'rollup' ? [{ ...need, each }] : []));
  return {
    rollups: propose(open),
    unanswerable: needs
      .flatMap(({ each, need }) =>
        need.kind === 'none'
          ? [
              {
                metrics: each.shape.measures,
                reason: need.reason,
                queries: each.count,
                totalMs: each.totalMs,
              },
            ]
          : [],
      )
      .toSorted((a, b) => b.totalMs - a.totalMs),
  };
}

type Open = Extract<Need, { readonly kind: 'rollup' }> & { readonly each: MissedQuery };

function propose(open: readonly Open[]): ProposedRollup[] {
  const proposals: ProposedRollup[] = [];
  let rest = open;
  while (proposals.length < mostProposals) {
    const [best] = rest
      .map((candidate) => ({ candidate, answered: rest.filter((need) => covers(candidate, need)) }))
      .map(({ candidate, answered }) => ({ proposal: toProposal(candidate, answered), answered }))
      .toSorted((a, b) => b.proposal.savedMs - a.proposal.savedMs);
    if (best === undefined) break;
    rest = rest.filter((need) => !best.answered.includes(need));
    if (best.proposal.queries >= fewestQueries) proposals.push(best.proposal);
  }
  return proposals;
}

/** Measures are made to fit; dimensions decide how many rows there are. */
function covers({ cube, timeDimension, dimensions }: Open, need: Open): boolean {
  return (
    need.cube === cube &&
    need.timeDimension === timeDimension &&
    need.dimensions.every((dimension) => dimensions.includes(dimension))
  );
}

function toProposal({ cube, timeDimension, dimensions }: Open, answered: readonly Open[]): ProposedRollup {
  return {
    cube,
    name: `${dimensions.map((each) => each.split('.').at(-1)).join('_') || 'total'}_daily`,
    measures: [...new Set(answered.flatMap(({ measures }) => measures))].sort(),
    dimensions,
    timeDimension,
    queries: answered.reduce((sum, { each }) => sum + each.count, 0),
    savedMs: answered.reduce((sum, { each }) => sum + each.totalMs, 0),
  };
}
