import process from 'node:process';
import { Option } from 'commander';
import type { Command } from 'commander';
import { systemClock } from '../../lib/clock.ts';
import { outputFormats } from '../output/render.ts';
import { nameForms, resourceTypes } from '../transform/list-choices.ts';
import type { NameForm, ResourceType } from '../transform/list-choices.ts';
import { exampleVerb, selectionInput, withReading, withSelection } from './transform-options.ts';
import type { ReadingOptions, SelectOptions } from './transform-options.ts';
import { dataDirOption, perform, print } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** Verbs that need nothing but the files: they run in place, whether or not anything is up. */
export function addTransformFiles(transform: Command): void {
  addList(transform);
  addCompile(transform);
  addLineage(transform);
  addDocs(transform);
}

const onWarning = (message: string): void => void process.stderr.write(`  note: ${message}\n`);

type ListOptions = Omit<SelectOptions, 'output'> & {
  readonly output: VerbOptions['output'] | NameForm;
  readonly resourceType?: ResourceType[];
};

function addList(transform: Command): void {
  const list = transform
    .command('ls')
    .description('list models and seeds in the order they are built, or other nodes')
    .addOption(
      new Option('-o, --output <format>', 'how to print; name, path and selector are one line a node')
        .choices([...outputFormats, ...nameForms])
        .default('table'),
    )
    .addOption(dataDirOption())
    .addOption(new Option('--resource-type <type...>', 'which kinds of nodes').choices(resourceTypes))
    .addHelpText('after', '\nExample:\n  $ shopwave transform ls --select +fct_orders --output name');
  withSelection(list).action(async (options: ListOptions) => {
    const { listNames, listNodes } = await import('../transform/list.ts');
    const { output } = options;
    const input = {
      ...selectionInput({ ...options, output: 'table' }),
      resourceTypes: options.resourceType,
      onWarning,
    };
    const form = nameForms.find((each) => each === output);
    if (form === undefined)
      print(await listNodes(input), outputFormats.find((each) => each === output) ?? 'table');
    else for (const line of await listNames(input, form)) process.stdout.write(`${line}\n`);
  });
}

function addCompile(transform: Command): void {
  const compile = exampleVerb(
    transform,
    'compile',
    'print the SQL that models render to, and write it below target/compiled of the data folder',
    'transform compile --select fct_orders --target production',
  );
  withSelection(compile).action(async (options: SelectOptions) => {
    const { compileFiles } = await import('../transform/compile.ts');
    const { dataDir, output } = options;
    const { compiled, failure } = await compileFiles({ ...selectionInput(options), dataDir, onWarning });
    const documents = compiled.map(({ file, sql }) => ({ name: file, text: sql }));
    print({ kind: 'documents', documents }, output);
    if (compiled.length === 0) onWarning('nothing that has SQL is selected');
    else process.stderr.write(`  ${compiled.length} files below ${dataDir}/target/compiled\n`);
    if (failure !== undefined) throw failure;
  });
}

function addLineage(transform: Command): void {
  const lineage = exampleVerb(
    transform,
    'lineage <name>',
    'show what a column is made from: model, model.column, source.table or source.table.column',
    'transform lineage fct_orders.net_minor --upstream',
  )
    .addOption(new Option('--upstream', 'what it is made from (the default)').conflicts('downstream'))
    .option('--downstream', 'what is made from it');
  withReading(lineage).action(async (name: string, options: ReadingOptions & { downstream?: boolean }) => {
    const { columnWays, lineageRows, openLineage } = await import('../transform/lineage.ts');
    const { vars, target, output, downstream } = options;
    const direction = downstream === true ? 'downstream' : 'upstream';
    const answer = await columnWays({ name, direction, vars, target, onWarning });
    if (output === 'json') process.stdout.write(`${JSON.stringify(openLineage(answer))}\n`);
    else print(lineageRows(answer), output);
  });
}

function addDocs(transform: Command): void {
  const docs = transform.command('docs').description('the documentation of the models');
  const generate = exampleVerb(
    docs,
    'generate',
    'write manifest.json, catalog.json and index.html, one page that opens by itself, into target of the data folder',
    'transform docs generate',
  ).option('--empty-catalog', 'from the files alone: no warehouse is asked for the types of columns');
  withReading(generate).action(async (options: ReadingOptions & { emptyCatalog?: boolean }) => {
    const { vars, target, dataDir, output } = options;
    if (options.emptyCatalog !== true) return await perform('transform.docs', { vars, target }, options);
    const { docsFromFiles } = await import('../transform/docs.ts');
    print(await docsFromFiles({ vars, target, dataDir, onWarning, now: systemClock.now() }), output);
  });
}
