import type { Command } from 'commander';
import { perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave assets ...` */
export function addAssets(program: Command): void {
  const assets = program.command('assets').description('what tasks produce and DAGs are scheduled on');
  verb(assets, 'list', 'list the assets, and when each was produced last').action((options: VerbOptions) =>
    perform('assets.list', {}, options),
  );
}
