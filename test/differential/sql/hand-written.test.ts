import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareQuery } from './compare.ts';
import { startSqlRig } from './rig.ts';
import type { SqlRig } from './rig.ts';

let rig: SqlRig;
beforeAll(async () => {
  rig = await startSqlRig(1);
}, 120_000);
afterAll(() => rig.close());

const folder = path.join(import.meta.dirname, 'queries');
const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
const queries = await Promise.all(
  files.map(async (file) => {
    const text = await readFile(path.join(folder, file), 'utf8');
    return {
      file,
      statements: text
        .split(/;\n/)
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    };
  }),
);

// Each is to give PostgreSQL's own answer. `-- refused` says which is refused, `-- ordered` which order counts.
describe.each(queries)('$file', ({ statements }) => {
  it.each(statements)('%s', async (statement) => {
    const outcome = await compareQuery(rig.ours, rig.twin, statement);
    const expected = /-- both refuse/.test(statement)
      ? 'both refuse'
      : /-- refused/.test(statement)
        ? 'refused'
        : 'equal';
    expect(outcome, 'why' in outcome ? outcome.why : '').toMatchObject({ kind: expected });
  });
});

it('refuses one query of ten at the most, and there are 300', () => {
  const all = queries.flatMap(({ statements }) => statements);
  const refused = all.filter((each) => /-- refused/.test(each));
  expect(all.length).toBeGreaterThanOrEqual(300);
  expect(refused.length / all.length).toBeLessThanOrEqual(0.1);
});
