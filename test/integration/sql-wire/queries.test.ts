import { expect, it } from 'vitest';
import { serveSql } from './support.ts';

it('the simple protocol answers each statement of a string', async () => {
  const client = await (await serveSql()).connect();
  const results = await client.query("select 1; select 2, 'x';");
  expect(results).toMatchObject([
    { rows: [{ '?column?': 1 }], command: 'SELECT', rowCount: 1 },
    { rows: [{ '?column?': 'x' }] },
  ]);
});

it('the extended protocol takes parameters', async () => {
  const client = await (await serveSql()).connect();
  const asked = { text: 'select $1::int as a, $2::text as b', values: [7, 'x'] };
  expect((await client.query(asked)).rows).toEqual([{ a: 7, b: 'x' }]);
  expect((await client.query({ ...asked, name: 'n', values: [8, null] })).rows).toEqual([{ a: 8, b: null }]);
  expect((await client.query({ ...asked, name: 'n', values: [9, ''] })).rows).toEqual([{ a: 9, b: '' }]);
});
