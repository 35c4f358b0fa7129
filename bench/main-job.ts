import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { atMost, machine } from './figure.ts';
import type { Area, Figure } from './figure.ts';

const command = fileURLToPath(new URL('../bin/shopwave', import.meta.url));
const orderLines = 200_000;

const summary = z.object({
  rows: z.object({ raw: z.number(), staging: z.number(), marts: z.number() }),
  metrics: z.record(
    z.string(),
    z.object({ value: z.union([z.string(), z.number()]), truth: z.union([z.string(), z.number()]) }),
  ),
  elapsedMs: z.number(),
  peakRssMb: z.number(),
});

/** `start --once` from an installed package to the first metric answer, as a user runs it. */
export const mainJob: Area = {
  name: 'main-job',
  about: `start --once with ${orderLines.toLocaleString('en')} order lines of history: time and peak memory`,
  measure: async (say) => {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-bench-'));
    try {
      return toFigures(await runOnce(dataDir, say));
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

async function runOnce(dataDir: string, say: (text: string) => void): Promise<z.infer<typeof summary>> {
  const args = [
    'start',
    '--once',
    '--json',
    '--port',
    '0',
    '--backlog',
    String(orderLines),
    '--data-dir',
    dataDir,
  ];
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => say(String(chunk)));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`start --once ended with ${code}`);
  return summary.parse(JSON.parse(output.trimEnd().split('\n').at(-1) ?? ''));
}

function toFigures(result: z.infer<typeof summary>): readonly Figure[] {
  const wrong = Object.entries(result.metrics).filter(([, { value, truth }]) => value !== truth);
  if (wrong.length > 0)
    throw new Error(`metrics differ from the truth: ${wrong.map(([name]) => name).join(', ')}`);
  const rows = `${result.rows.raw} raw, ${result.rows.staging} staging, ${result.rows.marts} mart rows`;
  const setup = `${machine()}; ${orderLines} order lines of history, live traffic on; ${rows}; all metrics equal the truth`;
  const base = { area: 'main-job', setup };
  return [
    atMost(
      {
        ...base,
        figure: 'time to first metric answer',
        value: Math.round(result.elapsedMs / 100) / 10,
        unit: 's',
      },
      45,
    ),
    atMost({ ...base, figure: 'peak memory of the supervisor', value: result.peakRssMb, unit: 'MB' }, 1500),
  ];
}
