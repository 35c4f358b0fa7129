import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { differences } from '../../../semantic/golden/compare.ts';
import { readGolden } from '../../../semantic/golden/golden-file.ts';

const keys = ['date', 'channel'];
const january = { date: '2026-01-01', channel: 'web', gmv: '1.00' };
const february = { date: '2026-02-01', channel: 'app', gmv: null };

it('the expected answer has no difference', () => {
  expect(differences([january, february], [january, february], keys)).toEqual([]);
});

it.each([
  ['a number', [{ ...january, gmv: '1.0' }, february], ['2026-01-01, web: gmv is 1.0, expected 1.00']],
  [
    'nothing instead of a number',
    [{ ...january, gmv: null }, february],
    ['2026-01-01, web: gmv is null, expected 1.00'],
  ],
  ['a row that is missing', [january], ['2026-02-01, app: no row, expected gmv null']],
  [
    'a row too many',
    [january, february, { ...january, channel: 'pos' }],
    ['2026-01-01, pos: a row that is not expected: gmv 1.00'],
  ],
  [
    'a column too many',
    [{ ...january, tax: '0' }, february],
    ['2026-01-01, web: tax is 0, expected nothing'],
  ],
])('%s is told with its row', (_, actual, expected) => {
  expect(differences([january, february], actual, keys)).toEqual(expected);
});

it('another order is another answer', () => {
  expect(differences([january, february], [february, january], keys)).toEqual([
    expect.stringContaining('another order'),
  ]);
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-golden-'));
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ['- what: x\n  query: { metrics: [gmv] }\n  rows: [{ gmv: 1 }]', /^0\.rows\.0\.gmv/, 3],
  ['- what: x\n  query:\n    metrics: [gmv]\n    grain: hour\n  rows: []', /^0\.query\.grain/, 4],
  ['- what: x\n  qery: {}', /^0/, 1],
  ['- what: [', /no YAML/, 1],
])('%j is refused with its line', async (text, message, line) => {
  const file = path.join(folder, 'golden.yml');
  await writeFile(file, text);
  await expect(readGolden(file)).rejects.toMatchObject({
    code: 'SEMANTIC_GOLDEN_INVALID',
    message: expect.stringMatching(message),
    where: `${file}:${line}`,
  });
});
