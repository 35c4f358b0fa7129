import process from 'node:process';
import { machine } from './figure.ts';
import type { Area, Figure } from './figure.ts';
import { mainJob } from './main-job.ts';

const areas: readonly Area[] = [
  mainJob,
  { name: 'scheduler', about: 'task throughput and latency' },
  { name: 'ingest', about: 'change capture against the speed of the log' },
  { name: 'transforms', about: 'incremental builds against full ones' },
  { name: 'semantic', about: 'metric queries under load' },
  { name: 'end-to-end', about: 'age of a metric behind its source commit' },
];

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--json' && arg !== '--list');
  if (unknown !== undefined) return usage(`unknown option ${unknown}`);
  if (args.includes('--list')) return list();
  const [name, ...more] = args.filter((arg) => !arg.startsWith('-'));
  if (name === undefined || more.length > 0) return usage('name one area');
  const area = areas.find((each) => each.name === name);
  if (area === undefined) return usage(`there is no area "${name}"`);
  const json = args.includes('--json');
  const figures = await measure(area, json);
  for (const figure of figures) console.log(json ? JSON.stringify(figure) : render(figure));
  return figures.some((figure) => figure.holds === false) ? 1 : 0;
}

async function measure(area: Area, json: boolean): Promise<readonly Figure[]> {
  const say = (text: string): void => void process.stderr.write(json ? '' : text);
  if (area.measure !== undefined) return area.measure(say);
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

function render({ figure, value, unit, bar, holds, setup }: Figure): string {
  const verdict = holds === null ? '' : holds ? ', holds' : ', DOES NOT HOLD';
  const shown = value === null ? 'not measured' : `${value} ${unit}`;
  return `${figure}: ${shown}${bar === null ? '' : ` (${bar}${verdict})`}\n  ${setup}`;
}

function usage(problem: string): number {
  console.error(
    `${problem}\nusage: npm run bench -- AREA [--json], or --list\nareas: ${areas.map((each) => each.name).join(', ')}`,
  );
  return 2;
}
