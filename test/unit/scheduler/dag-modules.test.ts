import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const pathOf = (file: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../../${file}`, import.meta.url)));
const loader = fileURLToPath(new URL('../../../lib/ts-loader/register.mjs', import.meta.url));

/** In a process of its own: vitest has a loader of its own, and keeps modules otherwise. */
async function play(steps: string): Promise<unknown> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-modules-'));
  try {
    await mkdir(path.join(folder, 'dags/inner'), { recursive: true });
    await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
    const script = path.join(folder, 'play.ts');
    await writeFile(
      script,
      `import { writeFile, rm } from 'node:fs/promises';
       import { createDagBag } from ${pathOf('scheduler/loading/dag-bag.ts')};
       import { createImportTrials } from ${pathOf('scheduler/loading/import-trial.ts')};
       const folder = ${JSON.stringify(folder)} + '/dags';
       const known = { has: () => Promise.resolve(false), add: () => Promise.resolve() };
       const trials = createImportTrials({ timeoutMs: 2_000, known });
       const tried: string[] = [];
       const trial = (module) => (tried.push(module.file.split('/').at(-1).split('.')[0]), trials.run(module));
       const bag = createDagBag({ folder, trial, monotonicMs: () => performance.now() });
       const write = (name: string, text: string) => writeFile(folder + '/' + name, text);
       const dagFile = (id: string, helper: string) => write(id + '.dag.ts',
         "import { dag } from " + JSON.stringify(${pathOf('scheduler/index.ts')}) + ";\\n" +
         "import { name } from '" + helper + "';\\n" +
         "export default dag({ dagId: '" + id + "', description: '', schedule: null, owner: 'x', tags: []," +
         " tasks: (t) => { t.task(name, { run: () => 1 }); } });");
       const said: unknown[] = [];
       const look = async (): Promise<void> => {
         const { dags, importErrors } = await bag.refresh();
         said.push([tried.splice(0).join(' '),
           ...[...dags].map(([id, dag]) => id + ':' + dag.graph.order.join()),
           ...importErrors.map((each) => each.code)]);
       };
       ${steps}
       await trials.close();
       console.log(JSON.stringify(said));`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', loader, script]);
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('a module of the folder that changes loads the DAG files anew that import it, through others too, and no other', async () => {
  const said = await play(`
    await write('names.ts', "export { name } from './inner/deep.ts';");
    await write('inner/deep.ts', "export const name: string = 'one';");
    await write('other.ts', "export const name = 'other';");
    await dagFile('a', './names.js');
    await dagFile('b', './names');
    await dagFile('c', './other.ts');
    await look();
    await look();
    await write('inner/deep.ts', "export const name: string = 'second';");
    await look();
    await dagFile('d', './names.ts');
    await look();
    await write('inner/deep.ts', "export const name = ;");
    await look();
    await write('inner/deep.ts', "for (;;) ; export const name = 'x';");
    await rm(folder + '/c.dag.ts');
    await rm(folder + '/d.dag.ts');
    await rm(folder + '/b.dag.ts');
    await look();
    await write('inner/deep.ts', "export const name = 'third';");
    await look();
  `);
  expect(said).toEqual([
    ['a b c', 'a:one', 'b:one', 'c:other'],
    ['', 'a:one', 'b:one', 'c:other'],
    ['a b', 'a:second', 'b:second', 'c:other'],
    ['d', 'a:second', 'b:second', 'c:other', 'd:second'],
    [
      'a b d',
      'a:second',
      'b:second',
      'c:other',
      'd:second',
      'DAG_FILE_FAILED',
      'DAG_FILE_FAILED',
      'DAG_FILE_FAILED',
    ],
    ['a', 'a:second', 'DAG_FILE_TIMEOUT'],
    ['a', 'a:third'],
  ]);
});

test('a DAG file whose import is missing loads once it is there, and fails once it is gone', async () => {
  const said = await play(`
    await dagFile('a', './late');
    await dagFile('b', './away/index.ts');
    await look();
    await write('late.ts', "export const name = 'late';");
    await look();
    await rm(folder + '/late.ts');
    await look();
  `);
  expect(said).toEqual([
    ['a b', 'DAG_FILE_FAILED', 'DAG_FILE_FAILED'],
    ['a', 'a:late', 'DAG_FILE_FAILED'],
    ['a', 'a:late', 'DAG_FILE_FAILED', 'DAG_FILE_FAILED'],
  ]);
});
