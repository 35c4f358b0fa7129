import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { installAirflow } from '../../../bench/airflow/install.ts';
import { startEmbeddedPostgres } from '../../../cli/local/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../../cli/local/embedded-postgres.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { judge } from './judge.ts';
import type { Verdict } from './judge.ts';
import { playAirflow } from './play-airflow.ts';
import { playOurs } from './play-ours.ts';
import { readScenarios } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { ourFireTimes, readScheduleCases } from './schedule-cases.ts';
import type { ScheduleCase } from './schedule-cases.ts';

// Plays the scenarios in our scheduler and in Airflow's own, with its LocalExecutor, and compares how they end; and the
// next runs of many schedules. With an argument only the scenarios whose names begin with it.
//   tsx test/oracles/airflow/run.ts [mapping.zero]

async function main(begin = ''): Promise<number> {
  const python = await installAirflow();
  if (python === undefined) {
    say('SKIPPED: Airflow could not be installed (no Python 3.11, or its package index does not answer).');
    say('NOTHING WAS COMPARED WITH AIRFLOW.');
    return 0;
  }
  const all = { scenarios: await readScenarios(), schedules: await readScheduleCases() };
  const scenarios = all.scenarios.filter(({ id }) => id.startsWith(begin));
  const schedules = all.schedules.filter(({ id }) => id.startsWith(begin));
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-airflow-run-'));
  const server = await startEmbeddedPostgres({
    dataDir: path.join(folder, 'postgres'),
    ownFolder: folder,
    logger: silentLogger,
    onProgress: ignoreProgress,
    settings: { fsync: 'off', max_connections: '150' },
  });
  try {
    const play = { python, folder, server };
    const first = await compare(play, { name: 'first', scenarios, schedules, isWhole: begin === '' });
    const { complaints } = await again(play, scenarios, first);
    for (const each of complaints) say(each);
    const what = `${scenarios.length} scenarios and ${schedules.length} schedules`;
    say(
      `airflow: ${what}: ${first.alike} facts alike, ${first.known} deviate as listed, ${complaints.length} complaints`,
    );
    return complaints.length === 0 ? 0 : 1;
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Play {
  readonly python: string;
  readonly folder: string;
  readonly server: EmbeddedPostgres;
}

async function compare(
  { python, folder, server }: Play,
  round: {
    readonly name: string;
    readonly scenarios: readonly Scenario[];
    readonly schedules: readonly ScheduleCase[];
    readonly isWhole: boolean;
  },
): Promise<Verdict> {
  const { name, scenarios, schedules } = round;
  await server.ensureDatabase(`ours_${name}`);
  await server.ensureDatabase(`airflow_${name}`);
  const place = path.join(folder, name);
  await mkdir(place);
  const played = { ...round, folder: place };
  const ours = await timed(`${name} round, ours`, () =>
    playOurs({ ...played, databaseUrl: server.url(`ours_${name}`) }),
  );
  const airflow = await timed(`${name} round, Airflow`, () =>
    playAirflow({ ...played, python, databaseUrl: server.url(`airflow_${name}`) }),
  );
  const ourTimes = Object.fromEntries(schedules.map((each) => [each.id, ourFireTimes(each)]));
  return judge({ ...round, scenarios, ours, airflow, ourTimes });
}

/**
 * A slow machine makes Airflow lose a task now and then (a result that comes after the task was queued anew), and ends
 * what should have gone on. What deviates is played once more, alone; what deviates in the same way is a finding.
 */
async function again(play: Play, scenarios: readonly Scenario[], first: Verdict): Promise<Verdict> {
  const suspects = scenarios.filter(({ id }) => first.suspects.has(id));
  if (suspects.length === 0) return first;
  for (const each of first.complaints) say(`in the first round: ${each}`);
  say(`${suspects.length} scenarios are played once more: ${suspects.map(({ id }) => id).join(', ')}`);
  const second = await compare(play, { name: 'second', scenarios: suspects, schedules: [], isWhole: false });
  const isLasting = (complaint: string): boolean =>
    !suspects.some(({ id }) => complaint.startsWith(`${id}: `) || complaint.startsWith(`${id}, `));
  return { ...second, complaints: [...first.complaints.filter(isLasting), ...second.complaints] };
}

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  const result = await work();
  say(`airflow: ${what}: ${Math.round((performance.now() - begun) / 1000)} s`);
  return result;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv[2]);
