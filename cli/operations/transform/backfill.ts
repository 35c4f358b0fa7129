import { z } from 'zod';
import type { Project } from '../../../transforms/engine/project/model.ts';
import type { Chunk } from '../../../transforms/engine/run/backfill-plan.ts';
import { computable } from '../../../transforms/engine/run/compute-deltas.ts';
import { describeHeld } from '../../../transforms/engine/run/held-back-error.ts';
import { cliErrors } from '../../errors.ts';
import { resolveSelection, selectionSchema } from '../../transform/selection.ts';
import type { SelectionInput } from '../../transform/selection.ts';
import { defineOperation, rowsResult } from '../operation.ts';
import { adoptFiles, beginCommand } from './command.ts';
import { previewResult } from './preview.ts';

/** Computes rows again, by date, by key or whole, chunk by chunk; the same arguments go on where it stopped. */
export const transformBackfill = defineOperation({
  name: 'transform.backfill',
  input: selectionSchema.pick({ vars: true, target: true, state: true, exclude: true }).extend({
    select: z.array(z.string()).min(1),
    from: z.string().optional(),
    to: z.string().optional(),
    chunk: z.string().optional(),
    maxActive: z.int().min(1).max(1_000).optional(),
    /** Touch keys, as text. */
    keys: z.array(z.string()).optional(),
    fullRebuild: z.boolean().default(false),
    dryRun: z.boolean().default(false),
    threads: z.int().min(1).max(64).optional(),
  }),
  run: async (input, context) => {
    const { select, vars, target, state, exclude, ...asked } = input;
    const command = await beginCommand({ vars, target }, context);
    const { engine, project, notes } = command;
    const { models, left } = await targetsOf(project, { select, exclude, state }, notes);
    if (!asked.dryRun) adoptFiles(command, input);
    const result = await engine.backfill({
      ...definedOnly(asked),
      models,
      ...(left.length === 0 ? {} : { exclude: left }),
      signal: context.signal,
    });
    if (asked.dryRun) {
      const chunks = result.plan.map((chunk, index) => `chunk ${index + 1}: ${describeChunk(chunk)}`);
      return previewResult(result, [...notes, `${result.chunks} chunks`, ...chunks]);
    }
    const resumed = result.resumedAt > 0 ? `, going on after ${result.resumedAt}` : '';
    const versions =
      result.versions.length === 0 ? 'nothing differed' : `versions ${result.versions.join(', ')}`;
    return rowsResult(
      result.models.map((each) => ({ ...each })),
      {
        columns: ['model', 'removed', 'added'],
        notes: [
          ...notes,
          `backfill ${result.id}: ${result.chunks} chunks${resumed}; ${versions}`,
          ...result.held.map((each) => `not asked for, and held back: ${describeHeld(each)}`),
        ],
      },
    );
  },
});

/** Backfills, the newest first. */
export const transformBackfillList = defineOperation({
  name: 'transform.backfill-list',
  input: z.object({}),
  run: async (_, { platform }) => {
    const all = await (await platform.transforms()).backfills();
    return rowsResult(
      all.map(({ id, status, chunksDone, chunks, startedAt, updatedAt, arguments: asked }) => ({
        id,
        status,
        done: chunksDone,
        chunks,
        started: startedAt,
        updated: updatedAt,
        arguments: asked,
      })),
      { columns: ['id', 'status', 'done', 'chunks', 'started', 'updated', 'arguments'] },
    );
  },
});

/** Ends a backfill before its next chunk. */
export const transformBackfillCancel = defineOperation({
  name: 'transform.backfill-cancel',
  input: z.object({ id: z.string().min(1) }),
  run: async ({ id }, { platform }) => {
    const wasRunning = await (await platform.transforms()).cancelBackfill(id);
    return rowsResult([{ id, cancelled: wasRunning }], {
      notes: wasRunning ? [] : ['it was over already'],
    });
  },
});

function describeChunk(chunk: Chunk): string {
  if (chunk.kind === 'full') return 'everything';
  if (chunk.kind === 'keys') return `${chunk.keys.length} keys`;
  return `${chunk.range.from} to ${chunk.range.to}`;
}

/** What a backfill is about: models as planBackfill takes them, and those that are left out. */
interface Targets {
  readonly models: readonly string[];
  readonly left: readonly string[];
}

/**
 * Names go as they are, `name+` with what is taken along, whether or not something is excluded; every other word is a
 * selection of models, all of which are computed again.
 */
async function targetsOf(project: Project, input: SelectionInput, notes: string[]): Promise<Targets> {
  const { exclude, state } = input;
  const words = (input.select ?? []).flatMap((each) => each.split(' ')).filter((word) => word !== '');
  const isName = (word: string): boolean => /^[\w.]+\+?$/.test(word);
  const resolved = async (select: readonly string[]): Promise<readonly string[]> => {
    if (select.length === 0) return [];
    const found = await resolveSelection(project, { select: [...select], state });
    notes.push(...found.notes);
    return found.models;
  };
  const left = await resolved(exclude ?? []);
  const selected = await resolved(words.filter((word) => !isName(word)));
  const targets = computable(project, new Set(selected.filter((name) => !left.includes(name))));
  const models = [...new Set([...words.filter(isName), ...targets])];
  if (models.length > 0) return { models, left };
  throw cliErrors.error('CLI_OPERATION_INPUT', {
    message: ['the selection has no model that a backfill computes', ...notes].join('; '),
    remedy: 'Select marts; staging is made from raw batches, and inlined models are not stored.',
  });
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function definedOnly<T extends object>(value: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<
    Defined<T>
  >;
}
