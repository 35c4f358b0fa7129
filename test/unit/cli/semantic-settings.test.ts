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
  const sql = {
    host: '127.0.0.1',
    port: 15432,
    tls: undefined,
    isTlsRequired: false,
    maxConnections: 1200,
  };
  const rest = { model, statementTimeoutSec: 300, sql };
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

it('the SQL API listens where it is told to, and to others only when it knows who may see what', async () => {
  expect(await read('semantic: { sql: { port: 0 } }', { SHOPWAVE_SQL_PORT: '5555' })).toMatchObject({
    sql: { port: 5555 },
  });
  const open = 'semantic:\n  access: a.yml\n  sql:\n    host: 0.0.0.0\n    require_tls: true\n';
  const tls = '    tls: { certificate: server.crt, key: server.key }\n';
  expect(await read(open + tls)).toMatchObject({
    sql: { host: '0.0.0.0', isTlsRequired: true, tls: { key: path.resolve('server.key') } },
  });
  for (const [text, line] of [
    [open, 5],
    [open.replace('  access: a.yml\n', '') + tls, 3],
    ['semantic:\n  sql:\n    port: 70000', 3],
  ] as const)
    await expect(read(text)).rejects.toMatchObject({
      code: 'CLI_CONFIG_INVALID',
      where: expect.stringMatching(new RegExp(`:${line}$`)),
    });
  await expect(read('', { SHOPWAVE_SQL_PORT: 'x' })).rejects.toMatchObject({ code: 'CLI_CONFIG_INVALID' });
});
