import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { machine } from '../figure.ts';
import type { Area, Figure } from '../figure.ts';
import { runJob } from '../run-job.ts';
import { target } from './target.ts';
import type { Target } from './target.ts';

const rows = 1_000_000;
const mostRatio = { statement: 1.05, memory: 1.2 } as const;

const perStatement = z.object({ bareMs: z.number(), adapterMs: z.number(), ratio: z.number() });
const streamed = z.object({ count: z.number(), seconds: z.number(), peakRssMb: z.number() });
type Streamed = z.infer<typeof streamed>;

/** What the adapter adds to the driver that it stands on; what answers is the protocol double of the tests. */
export const snowflake: Area = {
  name: 'snowflake',
  about: 'what the adapter costs over the bare snowflake-sdk, a statement and a million rows',
  measure: (say) =>
    withDouble(async (given) => {
      say('statements\n');
      const [times] = await runJob('snowflake/statement-job.ts', given, perStatement, say);
      const read = async (how: 'driver' | 'adapter'): Promise<Streamed> => {
        say(`a million rows by the ${how}\n`);
        const [run] = await runJob('snowflake/stream-job.ts', { target: given, how, rows }, streamed, say);
        if (run?.count !== rows) throw new Error(`${run?.count} rows came`);
        return run;
      };
      const [driver, adapter] = [await read('driver'), await read('adapter')];
      if (times === undefined) throw new Error('no statement was timed');
      return [statementFigure(times), ...streamFigures(driver, adapter)];
    }),
};

/** The double in a process of its own, so that its work is not counted. */
async function withDouble<T>(work: (given: Target) => Promise<T>): Promise<T> {
  const file = fileURLToPath(new URL('../../test/support/snowflake-double/serve.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const said = z.looseObject({ url: z.string() }).parse(JSON.parse(line));
    const database = { warehouse: 'SHOPWAVE_WH', database: 'SHOPWAVE' };
    return await work(target.parse({ ...database, accessUrl: said.url, ...said }));
  } finally {
    child.kill('SIGTERM');
  }
}

const setup = `${machine()}; the protocol double of the tests in a process of its own`;

function statementFigure({ bareMs, adapterMs, ratio }: z.infer<typeof perStatement>): Figure {
  return {
    area: 'snowflake',
    figure: 'a statement through the adapter',
    value: rounded(adapterMs),
    unit: 'ms',
    bar: `ratio <= ${mostRatio.statement}`,
    holds: ratio <= mostRatio.statement,
    peer: { name: 'bare snowflake-sdk', value: rounded(bareMs), ratio: rounded(ratio) },
    setup: `${setup}; 160 rounds of 25, alternately, after 160 to warm up`,
  };
}

function streamFigures(driver: Streamed, adapter: Streamed): Figure[] {
  const memory = adapter.peakRssMb / driver.peakRssMb;
  const time = adapter.seconds / driver.seconds;
  return [
    {
      area: 'snowflake',
      figure: 'peak memory of a million rows streamed',
      value: adapter.peakRssMb,
      unit: 'MB',
      bar: `ratio <= ${mostRatio.memory}`,
      holds: memory <= mostRatio.memory,
      peer: { name: 'bare snowflake-sdk', value: driver.peakRssMb, ratio: rounded(memory) },
      setup: `${setup}; three columns`,
    },
    {
      area: 'snowflake',
      figure: 'a million rows streamed',
      value: rounded(adapter.seconds),
      unit: 's',
      bar: null,
      holds: null,
      peer: { name: 'bare snowflake-sdk', value: rounded(driver.seconds), ratio: rounded(time) },
      setup: `${setup}; three columns`,
    },
  ];
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
