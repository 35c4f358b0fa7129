import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { atLeast, machine } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { runJob } from '../run-job.ts';
import { extractRun } from './results.ts';
import type { BenchServer } from '../embedded-server.ts';

const objects = 200_000;
const toSeconds = Math.floor(Date.UTC(2026, 5, 1) / 1000);
const fromSeconds = toSeconds - 29 * 86_400;

/** A whole account may do 100 operations a second, of 100 objects each: nothing above that is ever asked of us. */
const accountLimit = 10_000;

/** How fast objects of an API are landed when the API is as fast as a process of this machine can be. */
export async function measureExtract(bench: BenchServer, say: (text: string) => void): Promise<Figure[]> {
  await bench.server.ensureDatabase('control');
  const job = { objects, fromSeconds, toSeconds };
  const file = fileURLToPath(new URL('list-server-job.ts', import.meta.url));
  const server = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    say('extract\n');
    const [run] = await runJob(
      'ingest/extract-job.ts',
      {
        controlUrl: bench.server.url('control'),
        archive: path.join(bench.dir, 'extract-archive'),
        baseUrl: `http://127.0.0.1:${String(line).trim()}`,
        fromSeconds,
        toSeconds,
      },
      extractRun,
      say,
    );
    if (run === undefined || run.objects !== objects) throw new Error(`${run?.objects} objects landed`);
    const setup = `${machine()}; ${objects} Stripe charges of 1.6 KB in ${run.requests} requests to a process on the same machine; processor ${run.cpuSeconds.toFixed(1)} s; peak memory ${run.peakRssMb} MB`;
    const value = Math.round(run.objects / run.seconds);
    return [
      atLeast(
        { area: 'ingest', figure: 'API objects landed', value, unit: 'objects/s', setup },
        accountLimit,
      ),
    ];
  } finally {
    server.kill('SIGTERM');
  }
}
