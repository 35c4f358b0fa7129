import { mkdir, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { atMost, unjudged } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { median } from './median.ts';
import { runJob } from '../run-job.ts';
import { scaleRun } from './results.ts';
import type { ScaleJob, ScaleRun } from './results.ts';
import { scaleOf } from './scale.ts';
import { generatorVersion } from './steps.ts';

export interface ScaleBench {
  readonly lines: number;
  /** Folder of the warehouse files, kept for the next run. */
  readonly folder: string;
  readonly profile: boolean;
  readonly setup: string;
  readonly say: (text: string) => void;
}

/** The size that the bars are promised for; a multiple of 27 may fall short of it by a few lines. */
const barLines = 119_999_900;

type Judge = typeof atMost;

/** Of the machine over 1, 5 and 15 minutes, before anything was measured. */
const loadBefore = os.loadavg().map((load) => load.toFixed(1));

const usualBatch = 20_000;
const largeBatch = 200_000;
const batches = [usualBatch, usualBatch, usualBatch, largeBatch];

/** What a history takes on disk at its peak, while marts are built, by order line. */
const bytesPerLine = 550;

/** The bar is 40 GB for 120 million lines. */
const barBytesPerLine = Math.floor(40e9 / 120e6);

/** Makes the warehouse of that many lines where there is none, then runs batches over it. */
export async function scaleFigures(bench: ScaleBench): Promise<readonly Figure[]> {
  const { lines } = scaleOf(bench.lines);
  const file = path.join(bench.folder, `transforms-v${generatorVersion}-${lines}.duckdb`);
  await mkdir(bench.folder, { recursive: true });
  await mustHaveSpace(bench.folder, file, lines);
  const job = { file, lines };
  const runsOf = async (work: Pick<ScaleJob, 'batches' | 'scanned' | 'rebuild'>): Promise<ScaleRun[]> =>
    await runJob('transforms/scale-job.ts', { ...job, ...work }, scaleRun, bench.say, (run) =>
      describe(run, bench),
    );
  const made = await runsOf({ batches: [], scanned: 0, rebuild: false });
  const runs = await runsOf({ batches, scanned: usualBatch, rebuild: false });
  const rebuilds = made.length > 0 ? made : await runsOf({ batches: [], scanned: 0, rebuild: true });
  const used = Math.max(...runs.map((run) => run.usedBytes));
  const fileSize = `the file itself is ${gigabytes((await stat(file)).size)}`;
  const base = {
    area: 'transforms',
    setup: `${bench.setup}; ${lines.toLocaleString('en')} order lines of history`,
  };
  const judge: Judge = lines >= barLines ? atMost : (figure, bar) => unjudged(figure, bar, 'at 120M lines');
  const rebuild = first(rebuilds);
  return [
    ...batchFigures(base, runs, usualBatch, { seconds: 45, memoryGb: 10 }, judge),
    ...batchFigures(base, runs, largeBatch, { seconds: 60, memoryGb: 10 }, judge),
    ...scanFigures(base, runs),
    judge({ ...base, figure: 'rebuild of all marts', value: round(rebuild.seconds / 60), unit: 'min' }, 30),
    judge({ ...base, figure: 'rebuild, peak memory', value: round(rebuild.peakRssGb), unit: 'GB' }, 8),
    atMost({ ...base, figure: 'engine beside SQL, a model', value: overheadMs(runs), unit: 'ms' }, 15),
    judge(
      {
        ...base,
        setup: `${base.setup}; ${fileSize}`,
        figure: 'disk an order line',
        value: Math.round(used / lines),
        unit: 'bytes',
      },
      barBytesPerLine,
    ),
  ];
}

function batchFigures(
  base: Pick<Figure, 'area' | 'setup'>,
  runs: readonly ScaleRun[],
  lines: number,
  bar: { readonly seconds: number; readonly memoryGb: number },
  judge: Judge,
): readonly Figure[] {
  const chosen = runs.filter((run) => run.kind === 'batch' && run.changedLines === lines);
  const each = chosen.map((run) => round(run.seconds)).join(', ');
  const processor = round(median(chosen.map((run) => run.cpuSeconds)));
  const setup = `${base.setup}; median of ${each} s; processor ${processor} s; load ${loadBefore.join(', ')}`;
  const name = `batch of ${lines.toLocaleString('en')} changed lines`;
  return [
    judge(
      { ...base, setup, figure: name, value: round(median(chosen.map((run) => run.seconds))), unit: 's' },
      bar.seconds,
    ),
    judge(
      {
        ...base,
        figure: `${name}, peak memory`,
        value: round(Math.max(...chosen.map((run) => run.peakRssGb))),
        unit: 'GB',
      },
      bar.memoryGb,
    ),
    // Of the statements' time: models and checks may run beside one another.
    atMost(
      {
        ...base,
        setup,
        figure: `${name}, share of checks`,
        value: round(median(chosen.map(shareOfChecks))),
        unit: '%',
      },
      33.3,
    ),
  ];
}

/** Percent of the time of all statements that checks took. */
function shareOfChecks({ phases }: ScaleRun): number {
  const sum = (seconds: readonly number[]): number => seconds.reduce((total, each) => total + each, 0);
  const checks = Object.entries(phases).filter(([phase]) => phase.startsWith('audit'));
  return (100 * sum(checks.map(([, seconds]) => seconds))) / sum(Object.values(phases));
}

/** One that counts reads of much of a large table, and one for each of them, by the rows that it read. */
function scanFigures(base: Pick<Figure, 'area' | 'setup'>, runs: readonly ScaleRun[]): readonly Figure[] {
  return runs
    .filter(({ kind }) => kind === 'scanned')
    .flatMap(({ wide, changedLines }) => {
      const name = `batch of ${changedLines.toLocaleString('en')} changed lines, wide scans`;
      const each = wide.map(({ by, table, rows, share, sql }) =>
        atMost(
          {
            ...base,
            setup: sql,
            figure: `${by} reads ${table} (${rows.toLocaleString('en')} rows)`,
            value: share,
            unit: '%',
          },
          25,
        ),
      );
      return [atMost({ ...base, figure: name, value: wide.length, unit: 'tables' }, 0), ...each];
    });
}

function overheadMs(runs: readonly ScaleRun[]): number {
  const batched = runs.filter(({ kind }) => kind === 'batch');
  return round(median(batched.map((run) => (run.besideSqlSeconds / run.models) * 1000)));
}

function describe(run: ScaleRun, { say, profile }: ScaleBench): void {
  say(
    `${run.kind} ${run.changedLines}: ${run.seconds.toFixed(1)} s (processor ${run.cpuSeconds.toFixed(1)} s), ${run.peakRssGb.toFixed(1)} GB\n`,
  );
  const phases = Object.entries(run.phases).toSorted(([, a], [, b]) => b - a);
  for (const [phase, seconds] of phases)
    if (seconds >= 0.05) say(`  ${seconds.toFixed(2).padStart(8)} s ${phase}\n`);
  if (!profile) return;
  for (const { phase, seconds, sql } of run.slow.toSorted((a, b) => b.seconds - a.seconds)) {
    say(`    ${seconds.toFixed(2).padStart(8)} s [${phase}] ${sql.slice(0, 200)}\n`);
  }
}

async function mustHaveSpace(folder: string, file: string, lines: number): Promise<void> {
  const there = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  const { bavail, bsize } = await statfs(folder);
  const needed = lines * bytesPerLine - there;
  if (needed <= bavail * bsize) return;
  throw new Error(
    `${lines.toLocaleString('en')} order lines need about ${gigabytes(needed)} more in ${folder}, which has ${gigabytes(bavail * bsize)} free; name a roomier folder with --data`,
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function first(runs: readonly ScaleRun[]): ScaleRun {
  const [run] = runs;
  if (run === undefined) throw new Error('the benchmark ran nothing');
  return run;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
