import { expect, test } from 'vitest';
import type { CheckResult } from '../../../../transforms/engine/checks/check.ts';
import { blockedModels, causesFirst, withDescendants } from '../../../../transforms/engine/run/hold-back.ts';
import { standingsAfter, reflectedByAll } from '../../../../transforms/engine/run/reflects.ts';
import type { RunState, Standing } from '../../../../transforms/engine/warehouse/state.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

const latest = { kind: 'latest', uniqueKey: 'id' } as const;
const project = makeProject([
  makeModel('stg_a', { layer: 'staging', materialization: latest, sources: ['s.a'] }),
  makeModel('stg_b', { layer: 'staging', materialization: latest, sources: ['s.b'] }),
  makeModel('inlined', { materialization: { kind: 'ephemeral' }, refs: ['stg_b'] }),
  makeModel('dim', { refs: ['stg_a'] }),
  makeModel('fct', { refs: ['inlined', 'dim'] }),
  makeModel('agg', { refs: ['fct'] }),
  makeModel('cal'),
]);

function failed(model: string): CheckResult {
  return {
    uniqueId: `test.shopwave.${model}`,
    model,
    name: 'unique_k',
    kind: 'unique',
    severity: 'error',
    status: 'fail',
    failures: 2,
    message: undefined,
    samples: [],
    rows: [],
    sql: '',
    refs: [model],
    storedIn: undefined,
    definition: undefined,
  };
}

test.each([
  ['a mart: itself', 'dim', ['dim']],
  ['staging: what reads it, through what is inlined', 'stg_b', ['fct']],
  ['a source: what reads its staging model', 's.a', ['dim']],
  ['nothing known: everything', '', ['dim', 'fct', 'agg', 'cal']],
])('a failed check on %s is held back', (_, model, expected) => {
  const blocked = blockedModels(project, [failed(model)], new Set());
  expect([...blocked.keys()]).toEqual(expected);
  expect([...blocked.values()][0]?.[0]).toContain('unique_k');
});

test.each([
  ['marts alone: one, as it is judged again without it', ['fct', 'cal'], ['fct']],
  ['staging, too: all of them that the run changes', ['stg_a', 'fct', 'agg', 'cal'], ['fct', 'agg']],
])('a failed check over several marts holds back of %s', (_, refs, expected) => {
  const check = { ...failed('fct'), refs };
  expect([...blockedModels(project, [check], new Set(['fct', 'agg'])).keys()]).toEqual(expected);
});

test('what is made from a held-back model is held back too, and says because of what', () => {
  const held = withDescendants(project, new Map([['dim', ['unique_k on dim']]]));
  expect(Object.fromEntries(held)).toEqual({
    dim: ['unique_k on dim'],
    fct: ['its input dim is held back'],
    agg: ['its input fct is held back'],
  });
});

test('what failed itself is told before what is held back because of its inputs alone', () => {
  const held = withDescendants(project, new Map([['fct', ['unique_k on fct']]]));
  const told = ['agg', 'cal', 'fct'].map((model) => ({
    model,
    reasons: held.get(model) ?? ['its input dim is held back', 'unique_k on cal'],
  }));
  expect(causesFirst(told).map(({ model }) => model)).toEqual(['cal', 'fct', 'agg']);
});

const old: Standing = { version: 3n, stageStep: 5n, watermark: '05', committedAt: null };
const state: RunState = {
  head: 3n,
  stage: { step: 8n, watermark: '08', watermarkAt: null },
  unstaged: 0,
  last: undefined,
  models: new Map(),
  consumed: new Map(),
  standings: new Map(['dim', 'fct', 'agg', 'cal'].map((name) => [name, old])),
  held: new Map(),
  keeping: new Set(),
  sourceHolds: new Map(),
};

test.each([
  ['all marts: all reflect what is staged', ['dim', 'fct', 'agg', 'cal'], { agg: '08', whole: '08' }],
  [
    'a mart without its input: no more than that one does',
    ['agg', 'cal'],
    { agg: '05', cal: '08', whole: '05' },
  ],
  ['nothing: all stay', [], { whole: '05' }],
])('after publishing %s', (_, considered, expected) => {
  const after = standingsAfter(project, state, new Set(considered), 4n);
  const seen = Object.fromEntries([...after].map(([name, { watermark }]) => [name, watermark]));
  expect({ ...seen, whole: reflectedByAll(project, state, after).watermark }).toMatchObject(expected);
});
