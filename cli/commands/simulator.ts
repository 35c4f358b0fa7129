import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave simulator ...` */
export function addSimulator(program: Command): void {
  const simulator = program.command('simulator').description('a shop to try things on');
  const replay = simulator
    .command('replay')
    .description('write a public data set into the shop as it happened');
  verb(replay, 'online-retail', 'the UCI Online Retail data set: 541,909 invoice lines of a real web shop')
    .requiredOption('--file <file>', 'online-retail.csv.gz, or the CSV file unpacked')
    .option('--speed <speed>', 'max, or how many times faster than it happened', speed, 'max')
    .action((options: VerbOptions & { file: string; speed: number | 'max' }) =>
      perform('simulator.replay', { file: path.resolve(options.file), speed: options.speed }, options),
    );
}

function speed(text: string): number | 'max' {
  if (text === 'max') return text;
  const factor = Number(text);
  if (Number.isFinite(factor) && factor > 0) return factor;
  throw new InvalidArgumentError('Expected max, or a number above 0.');
}
