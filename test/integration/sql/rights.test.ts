import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import { openAccess } from '../../../semantic/server/access/access.ts';
import { hashSecret } from '../../../semantic/server/access/secret-hash.ts';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

let folder: string;
let gateway: Gateway;
let secret: string;

const rules = (anasCountry: string): string => `
roles:
  all: { sees: ['*'] }
  country: { sees: [finance], hides: [finance.refunds], rows: { country: { from: country } } }
groups:
  everybody: { roles: [all] }
  managers: { roles: [country] }
users:
  chief: { secret: '${secret}', groups: [everybody] }
  ana: { secret: '${secret}', groups: [managers], values: { country: [${anasCountry}] } }
  bob: { secret: '${secret}', groups: [managers], values: { country: [FR] } }
  service: { secret: '${secret}', groups: [everybody], acts_for: [ana] }
`;

let changes = 0;
async function writeRules(anasCountry: string): Promise<void> {
  const file = path.join(folder, 'access.yml');
  await writeFile(file, rules(anasCountry));
  changes += 1;
  await utimes(file, new Date(), new Date(Date.now() + changes * 1000));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-rights-'));
  secret = await hashSecret('a good secret');
  await writeRules('DE');
  gateway = await startGateway(await openAccess(path.join(folder, 'access.yml'), silentLogger));
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

async function ask(user: string, sql: string): Promise<unknown[][]> {
  const client = await gateway.connect(user, 'a good secret');
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows;
}

const byCountry = 'select country, measure(gmv) from finance group by 1 order by 1';

it('gives each their own rows for the same statement, whoever asked before', async () => {
  expect(await ask('chief', byCountry)).toEqual([
    ['DE', '201.10'],
    ['FR', '100.10'],
  ]);
  expect(await ask('ana', byCountry)).toEqual([['DE', '201.10']]);
  expect(await ask('bob', byCountry)).toEqual([['FR', '100.10']]);
  // What is judged over values sees no others either.
  expect(await ask('bob', "select country from finance where lower(country) <> 'x' group by 1")).toEqual([
    ['FR'],
  ]);
});

it('knows nothing of what is hidden: no column, no view, no comment, no hint', async () => {
  await expect(ask('ana', 'select measure(refunds) from finance')).rejects.toMatchObject({ code: '42703' });
  await expect(ask('ana', 'select measure(orders) from operations')).rejects.toMatchObject({ code: '42P01' });
  const names = await ask(
    'ana',
    `select relname from pg_class c where relnamespace = 'public'::regnamespace`,
  );
  expect(names).toEqual([['finance']]);
  const told = JSON.stringify([
    ...(await ask('ana', 'select attname from pg_attribute where attrelid >= 16384')),
    ...(await ask('ana', 'select description from pg_description where objoid >= 16384')),
    ...(await ask('ana', 'select rolname from pg_roles')),
    ...(await ask('ana', `select relacl::text from pg_class where relname = 'finance'`)),
  ]);
  // As words of their own: "refunds" may be a word of what is told of another column.
  expect(/"(?:refunds|operations|chief|bob)"|finance\.refunds/.exec(told)).toBeNull();
  expect(told.includes('gmv')).toBe(true);
});

it('answers by the rights of now, on a connection that is open', async () => {
  const client = await gateway.connect('ana', 'a good secret');
  const rows = async (): Promise<unknown[]> => (await client.query(byCountry)).rows;
  expect(await rows()).toMatchObject([{ country: 'DE' }]);
  await writeRules('FR');
  expect(await rows()).toMatchObject([{ country: 'FR' }]);
  await writeRules('DE');
  expect(await rows()).toMatchObject([{ country: 'DE' }]);
});

it('lets a service ask as somebody else where the access file says so', async () => {
  const asAna = "select country, measure(gmv) from finance where __user = 'ana' group by 1";
  expect(await ask('service', asAna)).toEqual([['DE', '201.10']]);
  await expect(ask('service', asAna.replace('ana', 'bob'))).rejects.toMatchObject({ code: '42501' });
  await expect(ask('bob', asAna)).rejects.toMatchObject({ code: '42501' });
});
