import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { machine } from '../figure.ts';
import type { Area, Figure } from '../figure.ts';
import { median } from '../transforms/median.ts';
import { describeConditions, readReleases, readSize } from './conditions.ts';
import type { Size } from './conditions.ts';
import { installDbt } from './python.ts';
import { makeRawData } from './raw-data.ts';
import { mustHoldSameMarts } from './same-rows.ts';
import { keepState, prepare, steps } from './steps.ts';
import type { Bench, Step } from './steps.ts';
import type { Cost } from './timed-command.ts';
import type { Tool } from './write-project.ts';

const rounds = 3;

/** The engine and dbt-duckdb on the same project, in turns. */
export const dbt: Area = {
  name: 'dbt',
  about: 'wall time of builds against dbt-duckdb, on one project and the same raw rows',
  measure: async (say) => {
    const python = await installDbt();
    if (python === undefined) return [skipped(say)];
    const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-bench-'));
    try {
      return await compare(folder, python, say);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function skipped(say: Say): Figure {
  const setup =
    'SKIPPED: dbt-duckdb could not be installed (no Python 3, or its package index does not answer)';
  say(`${setup}. NOTHING WAS COMPARED WITH DBT.\n`);
  const nothing = { value: null, unit: 's', bar: null, holds: null, peer: null };
  return { area: 'dbt', figure: 'builds against dbt-duckdb', ...nothing, setup };
}

type Say = (text: string) => void;

/** Costs of every step, by tool, one a round. */
type Costs = Readonly<Record<Tool, Map<Step, Cost[]>>>;

async function compare(folder: string, python: string, say: Say): Promise<readonly Figure[]> {
  const rawFile = path.join(folder, 'shop.duckdb');
  const dbtCommand = path.join(path.dirname(python), 'dbt');
  const rows = await makeRawData(rawFile);
  const releases = await readReleases(python, rawFile);
  const costs: Costs = { engine: new Map(), dbt: new Map() };
  let setup = '';
  for (let round = 0; round < rounds; round += 1) {
    const engine = await prepare('engine', path.join(folder, 'engine'), rawFile, dbtCommand);
    const other = await prepare('dbt', path.join(folder, 'dbt'), rawFile, dbtCommand);
    const { size, marts } = await playRound(round, { engine, other }, costs, say);
    setup = `${rows} raw rows, ${marts} equal marts; median of ${rounds} in turns; ${describeConditions(releases, size)}`;
    for (const tool of ['engine', 'dbt']) await rm(path.join(folder, tool), { recursive: true, force: true });
  }
  return steps.flatMap((step) => figuresOf(step, costs, { setup, peer: `dbt-duckdb ${releases.dbtDuckdb}` }));
}

/** All steps by both tools; throws where what they made is not the same. */
async function playRound(
  round: number,
  { engine, other }: { readonly engine: Bench; readonly other: Bench },
  costs: Costs,
  say: Say,
): Promise<{ readonly size: Size; readonly marts: number }> {
  const [cold, ...later] = steps;
  const said = await runStep(cold, inTurn(round, engine, other), costs, say);
  const size = await readSize(other.project, said);
  await keepState(other);
  let marts = await mustHoldSameMarts(engine.database, other.database);
  for (const step of later) {
    await runStep(step, inTurn(round, engine, other), costs, say);
    marts = await mustHoldSameMarts(engine.database, other.database);
  }
  return { size, marts };
}

/** One step by both tools; gives what the engine printed. */
async function runStep(step: Step, benches: readonly Bench[], costs: Costs, say: Say): Promise<string> {
  let said = '';
  for (const { tool, run } of benches) {
    const { cost, output } = await run(step);
    if (tool === 'engine') said = output;
    costs[tool].set(step, [...(costs[tool].get(step) ?? []), cost]);
    say(`  ${tool}, ${step.figure}: ${cost.seconds.toFixed(2)} s\n`);
  }
  return said;
}

/** Who goes first changes, so that neither always finds a warm or a throttled machine. */
function inTurn(round: number, ...benches: readonly Bench[]): readonly Bench[] {
  return round % 2 === 0 ? benches : benches.toReversed();
}

function figuresOf(
  step: Step,
  costs: Costs,
  about: { readonly setup: string; readonly peer: string },
): readonly Figure[] {
  const load = os
    .loadavg()
    .map((each) => each.toFixed(1))
    .join(' ');
  const setup = `${machine()}, load ${load}; ${about.setup}`;
  const kinds = [
    ['wall time', 'seconds'],
    ['processor time', 'cpuSeconds'],
  ] as const;
  return kinds.map(([kind, key]) => {
    const of = (tool: Tool): number => median((costs[tool].get(step) ?? []).map((cost) => cost[key]));
    const [ours, theirs] = [of('engine'), of('dbt')];
    const peer = { name: about.peer, value: rounded(theirs), ratio: rounded(ours / theirs) };
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
