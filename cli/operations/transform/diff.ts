import { z } from 'zod';
import type { RowSample } from '../../../transforms/engine/diff/classify.ts';
import type { ModelDiff } from '../../../transforms/engine/diff/diff.ts';
import { loadProject } from '../../../transforms/engine/project/load-project.ts';
import { selectionSchema } from '../../transform/selection.ts';
import { defineOperation, rowsResult } from '../operation.ts';
import type { Cell } from '../operation.ts';
import { beginCommand } from './command.ts';

/** How what the files say differs from what is published, or from another project folder; nothing is published. */
export const transformDiff = defineOperation({
  name: 'transform.diff',
  input: selectionSchema.extend({
    /** Absolute path of another project folder. */
    against: z.string().optional(),
    samples: z.int().min(0).max(1_000).default(5),
  }),
  run: async (input, context) => {
    const command = await beginCommand(input, context);
    const { engine, selected, notes } = command;
    const { against, samples, vars, target } = input;
    const other = against === undefined ? undefined : await loadProject(against, { vars, target });
    const { models: diffs, unstaged } = await engine.diff({
      models: selected.isNarrowed ? new Set(selected.models) : undefined,
      against: other,
      samples,
      signal: context.signal,
    });
    const duplicated = diffs.filter(({ duplicates }) => duplicates > 0);
    const same = diffs.filter((each) => rowsOf(each).length === 0).map(({ model }) => model);
    return rowsResult(diffs.flatMap(rowsOf), {
      columns: ['model', 'difference', 'column', 'rows', 'sample'],
      notes: [
        ...notes,
        ...duplicated.map(
          ({ model, key, duplicates }) => `${model}: ${duplicates} rows share their ${key.join(', ')}`,
        ),
        ...(same.length === 0 ? [] : [`no difference: ${same.join(', ')}`]),
        ...(diffs.length === 0 ? ['no mart differs in its definition'] : []),
        ...(unstaged.length === 0
          ? []
          : [`edited and not yet staged, so that its effect does not show: ${unstaged.join(', ')}`]),
      ],
    });
  },
});

/** One row a difference: columns first, then rows, then each column that differs. */
function rowsOf({
  model,
  shape,
  added,
  removed,
  changed,
  columns,
  samples,
}: ModelDiff): Array<Record<string, Cell>> {
  const row = (
    difference: string,
    column: string | null,
    rows: number | null,
    sample = '',
  ): Record<string, Cell> => ({
    model,
    difference,
    column,
    rows,
    sample,
  });
  const some = (isOne: (sample: RowSample) => boolean): string =>
    samples
      .filter(isOne)
      .map(({ key, before, after }) => key || Object.values(after ?? before ?? {}).join(', '))
      .join('; ');
  return [
    ...shape.added.map(({ name, type }) => row(`column added, ${type}`, name, null)),
    ...shape.removed.map(({ name, type }) => row(`column removed, ${type}`, name, null)),
    ...shape.retyped.map(({ name, from, to }) => row(`column retyped, ${from} to ${to}`, name, null)),
    ...(added > 0
      ? [
          row(
            'rows added',
            null,
            added,
            some(({ before }) => before === null),
          ),
        ]
      : []),
    ...(removed > 0
      ? [
          row(
            'rows removed',
            null,
            removed,
            some(({ after }) => after === null),
          ),
        ]
      : []),
    ...(changed > 0 ? [row('rows changed', null, changed, some(isChange))] : []),
    ...columns.map((column) =>
      row('values changed', column.name, column.changed, valuesOf(samples, column.name)),
    ),
  ];
}

function isChange({ before, after }: RowSample): boolean {
  return before !== null && after !== null;
}

function valuesOf(samples: readonly RowSample[], column: string): string {
  return samples
    .filter((sample) => isChange(sample) && sample.before !== null && Object.hasOwn(sample.before, column))
    .map(({ key, before, after }) => `${key}: ${before?.[column] ?? 'null'} -> ${after?.[column] ?? 'null'}`)
    .join('; ');
}
