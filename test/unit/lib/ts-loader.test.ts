import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const loader = fileURLToPath(new URL('../../../lib/ts-loader/register.mjs', import.meta.url));
const compiler = new URL('../../../lib/ts-loader/compile.mjs', import.meta.url).href;
let folder = '';
let cache = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-loader-'));
  cache = path.join(folder, 'cache');
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function run(name: string, home = cache): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', loader, path.join(folder, name)],
    {
      env: { ...process.env, XDG_CACHE_HOME: home },
    },
  );
  return stdout.trim();
}

const write = async (name: string, text: string): Promise<void> =>
  await writeFile(path.join(folder, name), text);

test('a TypeScript file is a module wherever it lies, and finds others as TypeScript does', async () => {
  await mkdir(path.join(folder, 'inner'));
  await write('package.json', '{ "type": "commonjs" }');
  await write('a.ts', `export const a: string = 'a';`);
  await write('inner/index.ts', `export const inner = import.meta.url.split('/').slice(-2).join('/');`);
  await write(
    'main.ts',
    `import { a } from './a.ts';
     import { a as again } from './a';
     import { a as compiled } from './a.js';
     import { inner } from './inner';
     const { a: other } = await import('./a.ts?version=2');
     const has: { missing: unknown } = { missing: await import('./missing').catch((e: { code: string }) => e.code) };
     console.log([a, again, compiled, other, inner, has.missing].join(' '));`,
  );
  const said = 'a a a a inner/index.ts ERR_MODULE_NOT_FOUND';
  expect(await run('main.ts')).toBe(said);
  expect(await run('main.ts')).toBe(said);
});

test('a file that changed is not taken for what it was, and its errors name its own lines', async () => {
  await write(
    'fails.ts',
    `interface Gone {\n  a: 1;\n}\nexport const gone = 1 as unknown as Gone;\nconsole.log('one');\n`,
  );
  expect(await run('fails.ts')).toBe('one');
  await write(
    'fails.ts',
    `interface Gone {\n  a: 1;\n}\nexport let gone: Gone;\n\nthrow new Error('two');\n`,
  );
  await expect(run('fails.ts')).rejects.toThrow(/two[^]*fails\.ts:6:7/);
  await write('fails.ts', `export const a = 1;\nconst b: = 2;\n`);
  await expect(run('fails.ts')).rejects.toThrow(/fails\.ts:2:\d+/);
});

test('what was compiled is kept for a week, and nobody needs a folder to keep it in', async () => {
  await write('kept.ts', `console.log('kept');`);
  await write('nowhere', '');
  expect(await run('kept.ts', path.join(folder, 'nowhere'))).toBe('kept');
  const kept = path.join(cache, 'shopwave');
  await rm(cache, { recursive: true, force: true });
  await run('kept.ts');
  const [first, ...more] = await readdir(kept);
  expect(more).toEqual([]);
  const old = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
  await utimes(path.join(kept, String(first)), old, old);
  await run('a.ts');
  const left = await readdir(kept);
  expect([left.length, left.includes(String(first))]).toEqual([1, false]);
});

test('a package of many files is loaded as one, anew for each version, and as it is where nothing can be kept', async () => {
  const zod = (name: string): string => path.join('node_modules', 'zod', name);
  await mkdir(path.join(folder, zod('.')), { recursive: true });
  const manifest = (version: string): string =>
    JSON.stringify({ name: 'zod', version, type: 'module', exports: { '.': './index.js' } });
  await write(zod('package.json'), manifest('1.0.0'));
  await write(zod('index.js'), `export * from './many.js'; export const at = import.meta.url;`);
  await write(zod('many.js'), `export const version = 'one';`);
  await write('uses.ts', `import { at, version } from 'zod'; console.log(version, at.split('/').at(-2));`);
  await write('nowhere', '');
  expect(await run('uses.ts')).toBe('one shopwave');
  expect(await run('uses.ts', path.join(folder, 'nowhere'))).toBe('one zod');
  await write(zod('many.js'), `export const version = 'two';`);
  await write(zod('package.json'), manifest('2.0.0'));
  expect(await run('uses.ts')).toBe('two shopwave');
});

test('what one process compiles several times at once is written apart, so that nobody reads the half of it', async () => {
  await mkdir(path.join(folder, 'apart'));
  await write('apart/same.ts', `export const same = '${'x'.repeat(500_000)}';`);
  await write(
    'apart.mjs',
    `import { existsSync, readdirSync } from 'node:fs';
     import { compile } from ${JSON.stringify(compiler)};
     const kept = process.env.XDG_CACHE_HOME + '/shopwave';
     const unfinished = new Set();
     let isOver = false;
     const same = ${JSON.stringify(path.join(folder, 'apart/same.ts'))};
     const all = Promise.all([1, 2, 3, 4].map(() => compile(same))).finally(() => (isOver = true));
     while (!isOver) {
       for (const name of existsSync(kept) ? readdirSync(kept) : []) if (!name.endsWith('.mjs')) unfinished.add(name);
       await new Promise((resolve) => setImmediate(resolve));
     }
     await all;
     console.log(unfinished.size > 1, readdirSync(kept).length);`,
  );
  expect(await run('apart.mjs', path.join(folder, 'cache-apart'))).toBe('true 1');
});
