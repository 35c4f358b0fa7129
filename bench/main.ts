import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { messageOf } from '../lib/errors.ts';
import { dbt } from './dbt/area.ts';
import { machine } from './figure.ts';
import type { Area, BenchOptions, Figure } from './figure.ts';
import { ingest } from './ingest/area.ts';
import { mainJob } from './main-job.ts';
import { besideAirflow } from './scheduler/airflow-area.ts';
import { scheduler } from './scheduler/area.ts';
import { semantic } from './semantic/area.ts';
import { snowflake } from './snowflake/area.ts';
import { transforms } from './transforms/area.ts';
import { statements } from './transforms/statements.ts';

const areas: readonly Area[] = [
  mainJob,
  scheduler,
  besideAirflow,
  ingest,
  transforms,
  statements,
  dbt,
  snowflake,
  semantic,
  { name: 'end-to-end', about: 'age of a metric behind its source commit' },
];

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let given;
  try {
    given = readArguments(args);
  } catch (error) {
    return usage(messageOf(error));
  }
  if (given.list) return list();
  const [name, ...more] = given.areas;
  if (name === undefined || more.length > 0) return usage('name one area');
  const area = areas.find((each) => each.name === name);
  if (area === undefined) return usage(`there is no area "${name}"`);
  const figures = await measure(area, given.json, given.options);
  for (const figure of figures) console.log(given.json ? JSON.stringify(figure) : render(figure));
  return figures.some((figure) => figure.holds === false) ? 1 : 0;
}

interface Arguments {
  readonly areas: readonly string[];
  readonly list: boolean;
  readonly json: boolean;
  readonly options: BenchOptions;
}

function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      data: { type: 'string', default: path.join(os.tmpdir(), 'shopwave-bench') },
      lines: { type: 'string' },
      seconds: { type: 'string' },
    },
  });
  const lines = values.lines?.split(',').map(Number);
  if (lines?.some((each) => !(each > 0)))
    throw new Error('--lines takes numbers of order lines: 1200000,12000000');
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  if (seconds !== undefined && !(seconds > 0)) throw new Error('--seconds takes a number of seconds: 60');
  const options = { data: values.data, lines, seconds, profile: values.profile };
  return { areas: positionals, list: values.list, json: values.json, options };
}

async function measure(area: Area, json: boolean, options: BenchOptions): Promise<readonly Figure[]> {
  const say = (text: string): void => void process.stderr.write(json ? '' : text);
  if (area.measure !== undefined) return area.measure(say, options);
  const setup = `not measured yet: nothing in bench/ measures this area; ${machine()}`;
  const nothing = { value: null, unit: '', bar: null, holds: null, peer: null, setup };
  return [{ area: area.name, figure: area.about, ...nothing }];
}

function list(): number {
  for (const { name, about, measure } of areas) {
    console.log(`${name.padEnd(12)}${about}${measure === undefined ? ' (not measured yet)' : ''}`);
  }
  return 0;
}

function render({ figure, value, unit, bar, holds, peer, setup }: Figure): string {
  const verdict = holds === null ? '' : holds ? ', holds' : ', DOES NOT HOLD';
  const shown = value === null ? 'not measured' : `${value} ${unit}`;
  const compared = peer === null ? '' : `, ${peer.name} ${peer.value} ${unit}, ratio ${peer.ratio}`;
  return `${figure}: ${shown}${compared}${bar === null ? '' : ` (${bar}${verdict})`}\n  ${setup}`;
}

function usage(problem: string): number {
  console.error(
    `${problem}\nusage: npm run bench -- AREA [--json] [--profile] [--data DIR] [--lines N,N] [--seconds N], or --list\nareas: ${areas.map((each) => each.name).join(', ')}`,
  );
  return 2;
}
