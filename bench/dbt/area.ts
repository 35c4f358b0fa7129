import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { installDbt } from '../../test/oracles/dbt/python.ts';
import { machine } from '../figure.ts';
import type { Area, Figure } from '../figure.ts';
import { median } from '../transforms/median.ts';
import { makeRawData } from './raw-data.ts';
import { mustHoldSameMarts } from './same-rows.ts';
import { keepState, prepare, steps } from './steps.ts';
import type { Bench, Step } from './steps.ts';
import type { Cost } from './timed-command.ts';
import type { Tool } from './write-project.ts';

const rounds = 3;

const conditions =
  'one project of 14 models and 43 tests for both, DuckDB 1.5.6 with 2 threads and 2 GB for both, dbt-core 1.10.23 with ' +
  '--threads 2 and its partial parsing; whole processes, from start to end. Staging differs: the engine keeps the newest ' +
  'row of a key by itself, dbt merges what was loaded since. The engine also writes its change feeds, publishes all ' +
  'marts in one transaction, and runs 6 checks of its own; without a change it runs nothing, where dbt builds and ' +
  'tests everything again';

/** The engine and dbt-duckdb on the same project, in turns. */
export const dbt: Area = {
  name: 'dbt',
  about: 'wall time of builds against dbt-duckdb, on one project and the same raw rows',
  measure: async (say) => {
    const python = await installDbt();
    if (python === undefined) return [skipped(say)];
    const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-bench-'));
    try {
      return await compare(folder, path.join(path.dirname(python), 'dbt'), say);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function skipped(say: (text: string) => void): Figure {
  const setup =
    'SKIPPED: dbt-duckdb could not be installed (no Python 3, or its package index does not answer)';
  say(`${setup}. NOTHING WAS COMPARED WITH DBT.\n`);
  const nothing = { value: null, unit: 's', bar: null, holds: null, peer: null };
  return { area: 'dbt', figure: 'builds against dbt-duckdb', ...nothing, setup };
}

/** Costs of every step, by tool, one a round. */
type Costs = Readonly<Record<Tool, Map<Step, Cost[]>>>;

async function compare(
  folder: string,
  dbtCommand: string,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const rawFile = path.join(folder, 'shop.duckdb');
  const rows = await makeRawData(rawFile);
  const costs: Costs = { engine: new Map(), dbt: new Map() };
  let marts = 0;
  for (let round = 0; round < rounds; round += 1) {
    const place = (tool: Tool): string => path.join(folder, `${tool}-${round}`);
    const engine = await prepare('engine', place('engine'), rawFile, dbtCommand);
    const other = await prepare('dbt', place('dbt'), rawFile, dbtCommand);
    for (const [index, step] of steps.entries()) {
      for (const bench of inTurn(round, engine, other)) {
        const cost = await bench.run(step);
        note(costs, bench.tool, step, cost);
        say(`  ${bench.tool}, ${step.figure}: ${cost.seconds.toFixed(2)} s\n`);
      }
      if (index === 0) await keepState(place('dbt'));
      marts = await mustHoldSameMarts(engine.database, other.database);
    }
    for (const tool of ['engine', 'dbt'] as const) await rm(place(tool), { recursive: true, force: true });
  }
  return steps.flatMap((step) => figuresOf(step, costs, `${rows} raw rows, ${marts} equal marts`));
}

/** Who goes first changes, so that neither always finds a warm or a throttled machine. */
function inTurn(round: number, ...benches: readonly Bench[]): readonly Bench[] {
  return round % 2 === 0 ? benches : benches.toReversed();
}

function note(costs: Costs, tool: Tool, step: Step, cost: Cost): void {
  costs[tool].set(step, [...(costs[tool].get(step) ?? []), cost]);
}

function figuresOf(step: Step, costs: Costs, rows: string): readonly Figure[] {
  const load = os
    .loadavg()
    .map((each) => each.toFixed(1))
    .join(' ');
  const setup = `${machine()}, load ${load}; ${rows}; median of ${rounds} in turns; ${conditions}`;
  const kinds = [
    ['wall time', 'seconds'],
    ['processor time', 'cpuSeconds'],
  ] as const;
  return kinds.map(([kind, key]) => {
    const of = (tool: Tool): number => median((costs[tool].get(step) ?? []).map((cost) => cost[key]));
    const [ours, theirs] = [of('engine'), of('dbt')];
    const peer = { name: 'dbt-duckdb 1.11.1', value: rounded(theirs), ratio: rounded(ours / theirs) };
    const value = rounded(ours);
    return {
      area: 'dbt',
      figure: `${step.figure}: ${kind}`,
      value,
      unit: 's',
      bar: null,
      holds: null,
      peer,
      setup,
    };
  });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
