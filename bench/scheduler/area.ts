import { atMost } from '../figure.ts';
import type { Area, Figure } from '../figure.ts';
import { startServer } from '../embedded-server.ts';
import { median } from '../transforms/median.ts';
import { runJob } from '../run-job.ts';
import { timeCommands } from './command-start.ts';
import { fillFinishedRuns } from './finished-runs.ts';
import { loadResult } from './results.ts';
import type { LoadJob, LoadResult, RunJob, RunResult } from './results.ts';
import { benchOn, runOf } from './bench.ts';
import type { Bench } from './bench.ts';
import { chains, manyRuns, poolFiles, shapes } from './workloads.ts';
import type { Workload } from './workloads.ts';

const rounds = 3;
const pairs = 5;
const idleDags = 500;

/** Throughput and latency of the scheduler on a control store of its own, each run in a process of its own. */
export const scheduler: Area = {
  name: 'scheduler',
  about: 'task throughput and latency',
  measure: async (say) => {
    await using server = await startServer();
    const bench = benchOn(server, say);
    return [
      ...(await chainFigures(bench)),
      ...(await shapeFigures(bench)),
      ...(await poolFigures(bench)),
      ...(await historyFigures(bench, say)),
      ...(await loadFigures(bench, say)),
      ...(await commandFigures(bench, say)),
    ];
  },
};

async function repeated(bench: Bench, workload: Workload): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  for (let round = 0; round < rounds; round++) results.push(await runOf(bench, workload));
  return results;
}

const base = (bench: Bench, figure: string): Pick<Figure, 'area' | 'figure' | 'setup'> => ({
  area: 'scheduler',
  figure,
  setup: bench.setup,
});

function secondsFigure(bench: Bench, name: string, results: readonly RunResult[], bar: number): Figure {
  const each = results.map(({ seconds }) => rounded(seconds)).join(', ');
  const cpu = rounded(median(results.map(({ cpuSeconds }) => cpuSeconds)));
  const setup = `${bench.setup}; median of ${each} s; processor without the store ${cpu} s`;
  const value = rounded(median(results.map(({ seconds }) => seconds)));
  return atMost({ ...base(bench, name), setup, value, unit: 's' }, bar);
}

async function chainFigures(bench: Bench): Promise<readonly Figure[]> {
  const light = await repeated(bench, chains.light);
  const apart = await repeated(bench, chains.lightApart);
  const heavy = await repeated(bench, chains.heavy);
  const gaps = light.flatMap(({ gapsMs }) => gapsMs).toSorted((a, b) => a - b);
  const quantile = (share: number): number =>
    rounded(gaps[Math.floor(share * (gaps.length - 1))] ?? Number.NaN);
  const latency = `success of a task to start of the next, p99 (p50 ${quantile(0.5)} ms)`;
  return [
    secondsFigure(bench, `${chains.light.name}: ${chains.light.about}`, light, 1.5),
    secondsFigure(bench, `${chains.lightApart.name}: ${chains.lightApart.about}`, apart, 6),
    // No bar is promised: it says what the scheduler adds to work that takes a while.
    {
      ...secondsFigure(bench, `${chains.heavy.name}: ${chains.heavy.about}`, heavy, 0),
      bar: null,
      holds: null,
    },
    atMost({ ...base(bench, latency), value: quantile(0.99), unit: 'ms' }, 50),
  ];
}

async function shapeFigures(bench: Bench): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const shape of [...shapes, manyRuns]) {
    const results = await repeated(bench, shape);
    const figure = secondsFigure(bench, `${shape.name}: ${shape.about}`, results, 3);
    figures.push(shape === manyRuns ? { ...figure, bar: null, holds: null } : figure);
  }
  return figures;
}

async function poolFigures(bench: Bench): Promise<readonly Figure[]> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const pooled: Pick<RunJob, 'executor' | 'runsEach' | 'waitFor'> = {
      executor: 'in_process',
      runsEach: 1,
      waitFor: ['work'],
    };
    const alone = await bench.run(await bench.newStore(), {
      ...pooled,
      files: poolFiles.alone(),
      trigger: { dagId: 'work', whenWaiting: 0 },
    });
    const beside = await bench.run(await bench.newStore(), {
      ...pooled,
      files: poolFiles.besideSensors(),
      trigger: { dagId: 'work', whenWaiting: 500 },
    });
    ratios.push(beside.seconds / alone.seconds);
  }
  const figure = 'W6: 50 tasks in a pool of 32 slots beside 500 waiting sensors, to the same alone';
  const setup = `${bench.setup}; ${ratios.map(rounded).join(', ')}`;
  return [atMost({ ...base(bench, figure), setup, value: rounded(median(ratios)), unit: 'times' }, 1.5)];
}

async function historyFigures(bench: Bench, say: (text: string) => void): Promise<readonly Figure[]> {
  const [shape] = shapes;
  if (shape === undefined) return [];
  const [full, empty] = [await bench.newStore(), await bench.newStore()];
  // The first run makes the tables.
  for (const url of [full, empty]) await runOf(bench, shape, 'first', url);
  say('  writes 100,000 finished runs\n');
  await fillFinishedRuns(full);
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const without = await runOf(bench, shape, `pair${pair}`, empty);
    const beside = await runOf(bench, shape, `pair${pair}`, full);
    ratios.push(beside.seconds / without.seconds);
  }
  const figure =
    'W5: W3 100x10 linear beside 100,000 finished runs and 3M task instances, to the same without';
  const setup = `${bench.setup}; ${ratios.map(rounded).join(', ')}`;
  return [atMost({ ...base(bench, figure), setup, value: rounded(median(ratios)), unit: 'times' }, 1.15)];
}

async function loadFigures(bench: Bench, say: (text: string) => void): Promise<readonly Figure[]> {
  const job = { url: await bench.newStore(), dags: idleDags };
  const [first, second] = [await load(job, say), await load(job, say)];
  const of = (figure: string, value: number, unit: string, bar: number): Figure =>
    atMost({ ...base(bench, figure), value: rounded(value), unit }, bar);
  return [
    of(`loading ${idleDags} DAG files, each tried out in a worker first`, first.loadSeconds, 's', 5),
    of(`loading ${idleDags} DAG files`, second.loadSeconds, 's', 5),
    of('one changed file of them', first.changedMs, 'ms', 300),
    of(`idle with ${idleDags} DAGs, memory`, first.idleRssMb, 'MB', 400),
    { ...of('the same, of one core', first.idleCpuPercent, '%', 0), bar: null, holds: null },
  ];
}

async function commandFigures(bench: Bench, say: (text: string) => void): Promise<readonly Figure[]> {
  return (await timeCommands(say)).map(({ words, medianMs }) =>
    atMost(
      { ...base(bench, `\`shopwave ${words}\`, to its end`), value: Math.round(medianMs), unit: 'ms' },
      300,
    ),
  );
}

async function load(job: LoadJob, say: (text: string) => void): Promise<LoadResult> {
  say(`  loads ${job.dags} DAG files\n`);
  const [result] = await runJob('scheduler/load-job.ts', job, loadResult, say);
  if (result === undefined) throw new Error('loading told nothing');
  return result;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
