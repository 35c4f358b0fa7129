import type { BenchServer } from '../embedded-server.ts';
import { machine } from '../figure.ts';
import { runJob } from '../run-job.ts';
import { runResult } from './results.ts';
import type { RunJob, RunResult } from './results.ts';
import { dagFilesOf, parallelism } from './workloads.ts';
import type { Workload } from './workloads.ts';

/** Runs workloads on stores of one server. */
export interface Bench {
  readonly setup: string;
  readonly newStore: () => Promise<string>;
  /** Once, on that store. */
  readonly run: (url: string, job: Omit<RunJob, 'url' | 'parallelism'>) => Promise<RunResult>;
}

export function benchOn({ server }: BenchServer, say: (text: string) => void): Bench {
  let stores = 0;
  return {
    setup: machine(),
    newStore: async () => {
      const name = `bench_${++stores}`;
      await server.ensureDatabase(name);
      return server.url(name);
    },
    run: async (url, job) => {
      const [result] = await runJob(
        'scheduler/workload-job.ts',
        { ...job, url, parallelism },
        runResult,
        say,
      );
      if (result === undefined) throw new Error('the run told nothing');
      say(
        `  ${Object.keys(job.files).length} DAGs, ${result.tasks} tasks: ${result.seconds.toFixed(2)} s (processor ${result.cpuSeconds.toFixed(2)} s)\n`,
      );
      return result;
    },
  };
}

export async function runOf(
  bench: Bench,
  workload: Workload,
  prefix = 'bench',
  url?: string,
): Promise<RunResult> {
  const { executor = 'in_process', runsEach = 1 } = workload;
  const job = { files: dagFilesOf(workload, prefix), executor, runsEach };
  return await bench.run(url ?? (await bench.newStore()), job);
}
