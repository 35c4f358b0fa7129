import { expect, test } from 'vitest';
import { archiveCopies, warehouseCopies } from '../../../../ingest/pci/copies.ts';
import { eraseSubject, showSubject } from '../../../../ingest/pci/erasure.ts';
import { openProtection } from '../../../../ingest/pci/open-protection.ts';
import { openSubjectKeyStore } from '../../../../ingest/pci/subject-key-store.ts';
import { shopTables } from '../../../../ingest/postgres/shop-tables.ts';
import { valueRulesOf } from '../../../../ingest/postgres/value-rule.ts';
import { ignoreProgress } from '../../../../lib/progress.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import { testSecrets } from '../../../support/protection.ts';
import { openRig } from '../rig.ts';

const customers = shopTables.filter(({ table }) => table === 'customers');
const schema = `create table customers (
  id bigint primary key, email text, full_name text, country text not null, city text, postal_code text,
  segment text not null, created_at timestamptz not null, updated_at timestamptz not null)`;
const insert = (id: number, email: string): string =>
  `insert into customers values (${id}, '${email}', 'Ada', 'DE', 'Berlin', '10115', 'new', now(), now())`;

test('a customer captured from the shop is a token and an encrypted value everywhere, and can be erased', async () => {
  await using rig = await openRig(schema, customers);
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  const protection = await openProtection(testSecrets(), await openSubjectKeyStore(rig.control));
  const capture = rig.capture({ valueRules: valueRulesOf('shop', customers, protection) });
  await rig.shop.pool.query(insert(1, 'ada@example.com'));
  await capture.setup();
  await rig.shop.pool.query(insert(2, 'eve@example.com'));
  await rig.shop.pool.query(`update customers set email = 'Ada@new.example' where id = 1`);
  await capture.capture();
  await rig.loader(warehouse).load();

  const rows = await warehouse.query(
    `select data->>'id' as id, data->>'email_token' as token, data->>'email' as email from raw.shop__customers
     where _op <> 's' order by _position, _ordinal`,
  );
  const tokenOf = (email: string): string => protection.token('email', email).token;
  expect(rows.map(({ id, token }) => [id, token])).toEqual([
    ['1', tokenOf('ada@example.com')],
    ['2', tokenOf('eve@example.com')],
    ['1', tokenOf('ada@new.example')],
  ]);
  expect(rows.map(({ email }) => String(email).slice(0, 5))).toEqual(['enc1_', 'enc1_', 'enc1_']);

  const copies = [archiveCopies(rig.store), warehouseCopies(warehouse)];
  const deps = { protection, copies, onProgress: ignoreProgress };
  const shown = await showSubject(deps, 'shop:1');
  expect(new Set(shown.map(({ field, value }) => `${field} ${value}`))).toEqual(
    new Set(['email ada@example.com', 'email Ada@new.example']),
  );
  const report = await eraseSubject(deps, { subject: 'shop:1', reason: 'asked', isDryRun: false });
  expect(report).toMatchObject({ readable: 0, plaintext: [] });
  expect(await showSubject(deps, 'shop:2')).toHaveLength(1);
  await warehouse.close();
});
