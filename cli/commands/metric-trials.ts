import path from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { folderOf, onWarning, withModel } from './metric-files.ts';
import type { ModelOptions } from './metric-files.ts';
import { queryInput, withQuery } from './metric-options.ts';
import type { QueryOptions } from './metric-options.ts';
import { exampleVerb } from './transform-options.ts';
import { ask, perform, print } from './verb.ts';

/** Verbs that try the model's files out on the local marts, before anything serves them. */
export function addMetricTrials(metrics: Command): void {
  addPreview(metrics);
  addDiff(metrics);
}

function addPreview(metrics: Command): void {
  const preview = exampleVerb(
    metrics,
    'preview <metric>',
    'a metric as its file says it now, on the local marts: numbers, definition, SQL, and what validate says of the file',
    'metrics preview gmv --by channel --grain month',
  );
  withModel(withQuery(preview)).action(async (metric: string, options: ModelOptions & QueryOptions) => {
    const { textsOf } = await import('../metrics/trial-input.ts');
    const { findingsFor, withFindings } = await import('../metrics/preview.ts');
    const model = await textsOf(await folderOf(options));
    const [result, findings] = [
      await ask('metrics.preview', { model, metric, ...queryInput(options) }, options),
      await findingsFor(metric, model, onWarning),
    ];
    print(withFindings(result, findings), options.output);
  });
}

interface DiffOptions extends ModelOptions {
  readonly against?: string;
  readonly all?: boolean;
  readonly from?: string;
  readonly to?: string;
}

function addDiff(metrics: Command): void {
  const diff = exampleVerb(
    metrics,
    'diff [revision]',
    'which numbers change, and by how much, between a revision of git (main unless said) and the files as they are, on ' +
      'the local marts; exits 0 when none does and 1 when some do',
    'metrics diff main --from 2026-01-01 --to 2026-03-31',
  )
    .addOption(new Option('--against <folder>', 'compare with the model in a folder, without git'))
    .option('--all', 'metrics that are computed as before, too')
    .option('--from <date>', 'first business date, YYYY-MM-DD')
    .option('--to <date>', 'last business date, included');
  withModel(diff).action(async (revision: string | undefined, options: DiffOptions) => {
    const { against, all, from, to } = options;
    if (against !== undefined && revision !== undefined)
      diff.error("error: the argument 'revision' cannot be used with option '--against <folder>'");
    const { textsOf } = await import('../metrics/trial-input.ts');
    const { readRevision } = await import('../metrics/git-model.ts');
    const folder = await folderOf(options);
    const named = revision ?? 'main';
    const before =
      against === undefined
        ? { folder, files: [...(await readRevision(folder, named))] }
        : await textsOf(path.resolve(against));
    const input = { before, now: await textsOf(folder), against: against ?? named, all, from, to };
    await perform('metrics.diff', input, options);
  });
}
