import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownModel, readSemanticSettings } from '../../../cli/semantic-settings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string, env: Readonly<Record<string, string>> = {}) {
  const file = path.join(folder, 'shopwave.yml');
  await writeFile(file, content);
  return readSemanticSettings({ SHOPWAVE_CONFIG: file, ...env });
}

it('the access file is named by the file, and by the environment before it', async () => {
  const model = ownModel;
  const rest = { model, statementTimeoutSec: 300 };
  expect(await read('')).toEqual({ access: undefined, ...rest });
  expect(await read('semantic: { access: /a.yml }')).toEqual({ access: '/a.yml', ...rest });
  expect(await read('semantic: { access: /a.yml }', { SHOPWAVE_ACCESS: '/b.yml' })).toEqual({
    access: '/b.yml',
    ...rest,
  });
});

it('how long a statement may run is a duration', async () => {
  expect(await read('semantic: { statement_timeout: 90s }')).toMatchObject({ statementTimeoutSec: 90 });
  await expect(read('semantic: { statement_timeout: long }')).rejects.toMatchObject({
    code: 'CLI_CONFIG_INVALID',
  });
});

it('the folder of the model, too; unless named, it is the product’s', async () => {
  expect(await read('semantic: { model: /ana/model }')).toMatchObject({ model: '/ana/model' });
  expect(await read('semantic: { model: /ana/model }', { SHOPWAVE_MODEL: 'mine' })).toMatchObject({
    model: path.resolve('mine'),
  });
});

it('what is misspelt is refused: it would leave everything open', async () => {
  await expect(read('semantic:\n  acces: a.yml')).rejects.toMatchObject({
    code: 'CLI_CONFIG_INVALID',
    where: expect.stringMatching(/shopwave\.yml:2$/),
  });
});
