import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { installAirflow } from '../airflow/install.ts';
import { runAirflowProgram } from '../airflow/program.ts';
import { startServer } from '../embedded-server.ts';
import type { BenchServer } from '../embedded-server.ts';
import { machine } from '../figure.ts';
import type { Area, Figure } from '../figure.ts';
import { benchOn, runOf } from './bench.ts';
import { chains, shapes } from './workloads.ts';
import type { Workload } from './workloads.ts';

const area = 'airflow';
const workloads: readonly Workload[] = [...Object.values(chains), ...shapes];

/** Ours and Airflow's scheduler on the same workloads, in turns, on stores of the same PostgreSQL server. */
export const besideAirflow: Area = {
  name: area,
  about:
    "W1 to W3 of the scheduler beside Airflow's (LocalExecutor; needs Python 3.11 and its package index)",
  measure: async (say) => {
    const python = await installAirflow();
    if (python === undefined) return [notInstalled];
    // As many connections as its executor, scheduler and API server take.
    await using server = await startServer({ max_connections: '200' });
    const bench = benchOn(server, say);
    const known = new Map<string, number>();
    const figures: Figure[] = [];
    for (const workload of workloads) {
      const { seconds } = await runOf(bench, workload);
      // A task of Airflow's has a process of its own whatever is asked for: W1 is run once.
      const shape = JSON.stringify([workload.dags, workload.parents, workload.fibo]);
      const peer = known.get(shape) ?? (await inAirflow(workload, { python, server, say }));
      known.set(shape, peer);
      figures.push(besidePeer(workload, seconds, peer));
    }
    return figures;
  },
};

const setup = `${machine()}; ratio: how many times as long Airflow took; one run each; settings of Airflow as they come (32 tasks at once)`;

function besidePeer({ name, about }: Workload, seconds: number, peer: number): Figure {
  return {
    area,
    figure: `${name}: ${about}`,
    value: rounded(seconds),
    unit: 's',
    bar: null,
    holds: null,
    peer: { name: 'Airflow', value: rounded(peer), ratio: rounded(peer / seconds) },
    setup,
  };
}

const notInstalled: Figure = {
  area,
  figure: 'the scheduler beside Airflow',
  value: null,
  unit: '',
  bar: null,
  holds: null,
  peer: null,
  setup:
    'not measured: Airflow could not be installed (no Python 3.11, or its package index does not answer)',
};

const answerShape = z.object({ seconds: z.number(), tasks: z.number() });
let runs = 0;

async function inAirflow(
  { name, dags, parents, fibo }: Workload,
  {
    python,
    server: { server, dir },
    say,
  }: { readonly python: string; readonly server: BenchServer; readonly say: (text: string) => void },
): Promise<number> {
  const database = `airflow_${++runs}`;
  await server.ensureDatabase(database);
  const folder = path.join(dir, database);
  await mkdir(folder);
  await writeFile(path.join(folder, 'workload.json'), JSON.stringify({ dags, parents, fibo: fibo ?? null }));
  const answer = path.join(folder, 'answer.json');
  await runAirflowProgram({
    python,
    file: path.join(import.meta.dirname, 'airflow_workload.py'),
    args: [answer],
    folder,
    databaseUrl: server.url(database),
    settings: {},
  });
  const { seconds, tasks } = answerShape.parse(JSON.parse(await readFile(answer, 'utf8')));
  if (tasks !== dags * parents.length) throw new Error(`${name}: Airflow ran ${tasks} tasks`);
  say(`  the same in Airflow: ${seconds.toFixed(2)} s\n`);
  return seconds;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
