import type { Command } from 'commander';
import { perform, print, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface SelectOptions extends VerbOptions {
  readonly select?: string[];
}

/** `shopwave transform ...`. Listing and compiling need nothing but the files, so they run in place. */
export function addTransform(program: Command): void {
  const transform = program.command('transform').description('the SQL models that make the star');
  const select = [
    '-s, --select <model...>',
    'only these models; name+ adds what depends on it, +name what it needs',
  ] as const;
  verb(transform, 'ls', 'list the models, in the order they are built')
    .option(...select)
    .action(async (options: SelectOptions) => {
      const { listModels } = await import('../transform-files.ts');
      print(await listModels(options.select ?? []), options.output);
    });
  verb(transform, 'compile', 'print the SQL that models render to')
    .option(...select)
    .action(async (options: SelectOptions) => {
      const { compileModels } = await import('../transform-files.ts');
      print(await compileModels(options.select ?? []), options.output);
    });
  verb(transform, 'run', 'stage what was loaded, build, audit and publish')
    .option(...select)
    .option('--full-refresh', 'compute the models anew from everything there is')
    .action((options: SelectOptions & { fullRefresh?: boolean }) =>
      perform(
        'transform.run',
        { select: options.select, fullRefresh: options.fullRefresh ?? false },
        options,
      ),
    );
  verb(transform, 'test', 'run every check on what is published').action((options: VerbOptions) =>
    perform('transform.test', {}, options),
  );
}
