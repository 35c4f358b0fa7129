import type { Command } from 'commander';
import { addTransformBackfill } from './transform-backfill.ts';
import { addTransformFiles } from './transform-files.ts';
import { addTransformReads } from './transform-reads.ts';
import { addTransformWork } from './transform-work.ts';

/** `shopwave transform ...`: dbt's verbs, and those of a platform that publishes. */
export function addTransform(program: Command): void {
  const transform = program.command('transform').description('the SQL models that make the star');
  addTransformFiles(transform);
  addTransformWork(transform);
  addTransformReads(transform);
  addTransformBackfill(transform);
}
