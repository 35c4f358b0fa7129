import process from 'node:process';
import { expect, test } from 'vitest';
import { planBackfill } from '../../../../transforms/engine/run/backfill-plan.ts';
import type { BackfillOptions, BackfillPlan } from '../../../../transforms/engine/run/backfill-plan.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

const keyed = {
  kind: 'incremental',
  strategy: 'keys_touched',
  uniqueKey: 'k',
  touchKey: 't',
  touchedBy: {},
  pruneBy: undefined,
} as const;
const project = makeProject([
  makeModel('stg', { layer: 'staging', materialization: { kind: 'latest', uniqueKey: 'id' } }),
  makeModel('inlined', { materialization: { kind: 'ephemeral' }, refs: ['stg'] }),
  makeModel('fct', { materialization: keyed, refs: ['inlined'] }),
  makeModel('agg', { materialization: keyed, refs: ['fct'] }),
  makeModel('cal'),
]);
const now = new Date('2026-03-10T06:30:00Z');

function plan(options: BackfillOptions): BackfillPlan {
  return planBackfill(project, options, now);
}

function ranges(options: Omit<BackfillOptions, 'models'>): string[] {
  return plan({ models: ['fct'], ...options }).chunks.map((chunk) =>
    chunk.kind === 'range' ? `${chunk.range.from}/${chunk.range.to}` : chunk.kind,
  );
}

const day = (text: string): string => `2026-${text} 00:00:00.000`;

test('a range is cut into chunks that join without gap, the last one as short as needed', () => {
  expect(ranges({ from: '2026-03-01', to: '2026-03-04', chunk: '2d' })).toEqual([
    `${day('03-01')}/${day('03-03')}`,
    `${day('03-03')}/${day('03-04')}`,
  ]);
  expect(ranges({ from: '2026-01-15', to: '2026-03-01', chunk: 'month' })).toEqual([
    `${day('01-15')}/${day('02-01')}`,
    `${day('02-01')}/${day('03-01')}`,
  ]);
  // Open at the end, seven days a chunk; a time of day without zone is UTC.
  expect(ranges({ from: '2026-03-01T12:00:00' })).toEqual([
    '2026-03-01 12:00:00.000/2026-03-08 12:00:00.000',
    '2026-03-08 12:00:00.000/2026-03-10 06:30:00.000',
  ]);
});

test.each([
  ['2026-03-09T12:00', '2026-03-09 12:00:00.000'],
  ['2026-03-09 12:00', '2026-03-09 12:00:00.000'],
  ['2026-03-09 12:00:30.5', '2026-03-09 12:00:30.500'],
  ['2026-03-09 12:00Z', '2026-03-09 12:00:00.000'],
  ['2026-03-09T12:00+02:00', '2026-03-09 10:00:00.000'],
  ['2026-03-09', '2026-03-09 00:00:00.000'],
])('%s means %s UTC, wherever this machine stands', (from, expected) => {
  const here = process.env['TZ'];
  try {
    process.env['TZ'] = 'America/New_York';
    expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(300);
    expect(ranges({ from })[0]).toBe(`${expected}/2026-03-10 06:30:00.000`);
  } finally {
    if (here === undefined) delete process.env['TZ'];
    else process.env['TZ'] = here;
  }
});

test('keys are taken once each, ten thousand a chunk', () => {
  const keys = Array.from({ length: 10_001 }, (_, index) => String(index));
  const { chunks } = plan({ models: ['fct'], keys: [...keys, '0', '1'] });
  expect(chunks.map((chunk) => (chunk.kind === 'keys' ? chunk.keys.length : 0))).toEqual([10_000, 1]);
});

test('a plus takes along what is made from a model, through what is inlined, and nothing else', () => {
  expect([...plan({ models: ['fct'], fullRebuild: true }).select]).toEqual(['fct']);
  const { targets, select } = plan({ models: ['fct+'], fullRebuild: true });
  expect({ targets, select: [...select] }).toEqual({ targets: ['fct'], select: ['fct', 'agg'] });
  const less = plan({ models: ['fct+', 'cal'], exclude: ['agg', 'cal'], fullRebuild: true });
  expect({ targets: less.targets, select: [...less.select] }).toEqual({ targets: ['fct'], select: ['fct'] });
});

test('what is asked for identifies a backfill; when, how fast and how wide does not', () => {
  const asked = { models: ['fct'], from: '2026-03-01', chunk: '1d' };
  const { argumentsHash } = plan(asked);
  expect(planBackfill(project, { ...asked, threads: 4, maxActive: 3 }, new Date()).argumentsHash).toBe(
    argumentsHash,
  );
  expect(plan({ ...asked, chunk: '2d' }).argumentsHash).not.toBe(argumentsHash);
  expect(plan({ ...asked, models: ['fct+'] }).argumentsHash).not.toBe(argumentsHash);
  expect(plan({ ...asked, exclude: ['agg'] }).argumentsHash).not.toBe(argumentsHash);
  expect(plan({ ...asked, exclude: [] }).argumentsHash).toBe(argumentsHash);
  const byKey = (keys: string[]): string => plan({ models: ['fct'], keys }).argumentsHash;
  expect(byKey(['1'])).not.toBe(byKey(['2']));
});

test.each<[string, BackfillOptions, string]>([
  ['nothing to say what', { models: ['fct'] }, '0 of range, keys and full rebuild'],
  ['a range and keys', { models: ['fct'], from: '2026-01-01', keys: ['1'] }, '2 of range'],
  ['an end without a beginning', { models: ['fct'], to: '2026-01-01', keys: ['1'] }, 'needs its beginning'],
  ['no model', { models: [], from: '2026-01-01' }, 'no model'],
  ['no key', { models: ['fct'], keys: [] }, 'no key'],
  ['a range backwards', { models: ['fct'], from: '2026-03-02', to: '2026-03-01' }, 'does not lie before'],
  ['no date', { models: ['fct'], from: 'monday' }, '"monday" is not a date'],
  ['a time that is none', { models: ['fct'], from: '2026-03-01 noon' }, 'is not a date'],
  ['an hour alone', { models: ['fct'], from: '2026-03-01 12' }, 'is not a date'],
  ['a day that its month does not have', { models: ['fct'], from: '2026-02-30' }, 'is not a date'],
  ['nothing left', { models: ['fct'], exclude: ['fct'], keys: ['1'] }, 'left out'],
  ['a month alone', { models: ['fct'], from: '2026-03' }, '"2026-03" is not a date'],
  ['a chunk of nothing', { models: ['fct'], from: '2026-01-01', chunk: '0d' }, 'too short'],
  ['a staging model', { models: ['stg'], from: '2026-01-01' }, 'raw batches'],
  ['a part of a table', { models: ['cal'], keys: ['1'] }, 'not recomputed by key'],
])('a backfill with %s is refused', (_, options, message) => {
  expect(() => plan(options)).toThrow(
    expect.objectContaining({
      code: 'TRANSFORM_BACKFILL_INVALID',
      message: expect.stringContaining(message) as string,
    }) as Error,
  );
});

test('a backfill of nothing is told the options that say of what', () => {
  const remedy = expect.stringMatching(/--from.*--to.*--keys.*--full-rebuild/) as string;
  expect(() => plan({ models: ['fct'] })).toThrow(expect.objectContaining({ remedy }) as Error);
});

test('a date that is none is told how dates are written, and not what else a backfill can be about', () => {
  expect(() => plan({ models: ['fct'], from: '2026-02-30' })).toThrow(
    expect.objectContaining({ remedy: expect.stringContaining('YYYY-MM-DD') as string }) as Error,
  );
  expect(() => plan({ models: ['fct'], from: '2026-03-02', to: '2026-03-01' })).toThrow(
    expect.objectContaining({ remedy: expect.stringContaining('--to') as string }) as Error,
  );
});
