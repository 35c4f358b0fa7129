import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createDagBag } from '../../../scheduler/loading/dag-bag.ts';
import type { DagBag, LoadedDags } from '../../../scheduler/loading/dag-bag.ts';
import { createImportTrials } from '../../../scheduler/loading/import-trial.ts';
import type { ImportTrial } from '../../../scheduler/loading/import-trial.ts';

const door = fileURLToPath(new URL('../../../scheduler/index.ts', import.meta.url));

interface Folder {
  readonly bag: DagBag;
  readonly write: (name: string, text: string) => Promise<string>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

async function openFolder(trial?: ImportTrial): Promise<Folder> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-bag-'));
  // As in the package: without it a worker, which has no vitest, takes the files for CommonJS.
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  return {
    bag: createDagBag({ folder, trial, monotonicMs: () => performance.now() }),
    write: async (name, text) => {
      const file = path.join(folder, `${name}.dag.ts`);
      await writeFile(file, text);
      return file;
    },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

const source = (dagId: string, tasks: readonly string[]): string => `
  import { dag } from ${JSON.stringify(door)};
  export default dag({ dagId: '${dagId}', description: '', schedule: null, owner: 'x', tags: [],
    tasks: (t) => { ${tasks.map((task) => `t.task('${task}', { run: () => 1 });`).join(' ')} } });`;

const tasksOf = ({ dags }: LoadedDags, dagId: string): readonly string[] | undefined =>
  dags.get(dagId)?.graph.order;

test('a file that breaks keeps its last good version, and loses the error once it is right again', async () => {
  await using f = await openFolder();
  await f.write('a', source('a', ['one']));
  await f.bag.refresh();

  const file = await f.write('a', `${source('a', ['two'])}\n  throw new Error('no such table');`);
  const broken = await f.bag.refresh();
  expect(tasksOf(broken, 'a')).toEqual(['one']);
  expect(broken.importErrors).toMatchObject([
    { file: `${file}:5`, code: 'DAG_FILE_FAILED', message: 'no such table', stillRuns: ['a'] },
  ]);
  expect(broken.files).toMatchObject([{ dagIds: ['a'], tasks: 1, isBroken: true }]);

  await f.write('a', `import 'not closed`);
  expect(tasksOf(await f.bag.refresh(), 'a')).toEqual(['one']);
  await f.write('a', source('a', ['three', 'four']));
  const right = await f.bag.refresh();
  expect(tasksOf(right, 'a')).toEqual(['three', 'four']);
  expect(right.importErrors).toEqual([]);
});

test('of a file with several DAGs, the one at fault keeps its version and the others change', async () => {
  await using f = await openFolder();
  const two = (a: string, b: string): string =>
    `${source('a', [a]).replace('export default', 'export const a =')}
     ${source('b', [b])
       .replace('export default', 'export const b =')
       .replace(/import .*/, '')}`;
  await f.write('ab', two('one', 'one'));
  await f.bag.refresh();
  await f.write('ab', two('two', 'no good id'));
  const { dags, importErrors } = await f.bag.refresh();
  expect([dags.get('a')?.graph.order, dags.get('b')?.graph.order]).toEqual([['two'], ['one']]);
  expect(importErrors).toMatchObject([{ code: 'DAG_ID_INVALID', stillRuns: ['b'] }]);
});

test('only what changed is loaded again, a DAG of a removed file goes, and a touched file is no change', async () => {
  const tried: string[] = [];
  await using f = await openFolder(({ file }) => Promise.resolve(void tried.push(path.basename(file))));
  await f.write('a', source('a', ['one']));
  const b = await f.write('b', source('b', ['one']));
  const first = await f.bag.refresh();
  await utimes(b, 1, 1);
  await f.write('a', source('a', ['two']));
  const second = await f.bag.refresh();
  expect(tried).toEqual(['a.dag.ts', 'b.dag.ts', 'a.dag.ts']);
  expect(second.dags.get('b')).toBe(first.dags.get('b'));
  expect(second.dags.get('a')).not.toBe(first.dags.get('a'));
  await rm(b);
  expect([...(await f.bag.refresh()).dags.keys()]).toEqual(['a']);
});

test('a file that loops for ever is stopped, listed, and stops no other; contents that ended are not tried again', async () => {
  const known = new Set<string>();
  const remembered = {
    has: (_: string, hash: string) => Promise.resolve(known.has(hash)),
    add: (_: string, hash: string) => Promise.resolve(void known.add(hash)),
  };
  const patient = createImportTrials({ timeoutMs: 60_000, known: remembered });
  const hasty = createImportTrials({ timeoutMs: 200, known: remembered });
  await using f = await openFolder((candidate) =>
    path.basename(candidate.file).startsWith('loop') ? hasty.run(candidate) : patient.run(candidate),
  );
  await f.write('good', source('good', ['one']));
  await f.write('loop', `${source('loop', ['one'])}\n  for (;;) ;`);
  await f.write('loop-awaits', `${source('awaits', ['one'])}\n  await new Promise(() => {});`);
  await f.write('zombie', `${source('zombie', ['one'])}\n  process.exit(3);`);
  const { dags, importErrors } = await f.bag.refresh();
  expect([...dags.keys()]).toEqual(['good']);
  expect(importErrors.map(({ file, code, message }) => [path.basename(file), code, message])).toEqual([
    ['loop-awaits.dag.ts', 'DAG_FILE_TIMEOUT', 'its import did not end within 200ms'],
    ['loop.dag.ts', 'DAG_FILE_TIMEOUT', 'its import did not end within 200ms'],
    ['zombie.dag.ts', 'DAG_FILE_TIMEOUT', 'its import took the worker down: exit status 3'],
  ]);
  expect(known.size).toBe(1);
  await Promise.all([patient.close(), hasty.close()]);
});

test('a DAG that cannot even be checked is an error of its file, and keeps no other from being loaded', async () => {
  await using f = await openFolder();
  await f.write('good', source('good', ['one']));
  const odd = source('odd', ['one', 'two']).replace('export default', 'const odd =');
  // Only what is asked when it is looked for what is not meant.
  await f.write(
    'odd',
    `${odd}

     const tasks = odd.tasks.map((task) => new Proxy(task, { get(target, key) {
       if (key === 'triggerRule' && new Error().stack.includes('greenFailures')) throw new Error('no rule');
       return target[key];
     } }));
     export default { ...odd, tasks };`,
  );
  await f.write('shape', `export default { kind: 'dag', dagId: 'shape' };`);
  await mkdir(await f.write('folder', '').then((file) => file.replace('folder', 'is-folder')));
  const { dags, importErrors, warnings } = await f.bag.refresh();
  expect([...dags.keys()]).toEqual(['good']);
  expect(importErrors.map(({ file, code }) => [path.basename(file).replace(/:\d+$/, ''), code])).toEqual([
    ['folder.dag.ts', 'DAG_FILE_EMPTY'],
    ['odd.dag.ts', 'DAG_FILE_FAILED'],
    ['shape.dag.ts', 'DAG_FILE_FAILED'],
  ]);
  expect(importErrors[1]?.message).toBe('no rule');
  expect(warnings).toEqual([]);
  await f.write('good', source('good', ['two']));
  expect(tasksOf(await f.bag.refresh(), 'good')).toEqual(['two']);
});
