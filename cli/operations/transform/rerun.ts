import { z } from 'zod';
import { selectionSchema } from '../../transform/selection.ts';
import { defineOperation } from '../operation.ts';
import { buildResult } from './build.ts';
import { adoptFiles, beginCommand, writeResults } from './command.ts';
import { previewResult } from './preview.ts';

/** Computes again what one run consumed, by its id or its version, from the inputs as they are now. */
export const transformRerun = defineOperation({
  name: 'transform.rerun',
  input: selectionSchema.extend({
    runOrVersion: z.string().min(1),
    threads: z.int().min(1).max(64).optional(),
    dryRun: z.boolean().default(false),
  }),
  run: async (input, context) => {
    const command = await beginCommand(input, context);
    const { engine, selected, notes } = command;
    const { runOrVersion, threads, dryRun } = input;
    if (!dryRun) adoptFiles(command, input);
    const result = await engine.rerun(/^\d+$/.test(runOrVersion) ? Number(runOrVersion) : runOrVersion, {
      dryRun,
      signal: context.signal,
      ...(threads === undefined ? {} : { threads }),
      ...(selected.isNarrowed ? { models: selected.models } : {}),
    });
    if (dryRun) return previewResult(result, notes);
    await writeResults(command, context, { which: 'rerun', input, nodes: result.nodes });
    return buildResult(result, command);
  },
});
