import { expect, test } from 'vitest';
import { buildManifest } from '../../../../transforms/engine/artifacts/manifest.ts';
import type { Manifest } from '../../../../transforms/engine/artifacts/manifest.ts';
import type { Project, ProjectMacro } from '../../../../transforms/engine/project/model.ts';
import { defaultTestConfig } from '../../../../transforms/engine/project/properties.ts';
import { selectNodes } from '../../../../transforms/engine/select/select.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';
import { invocation } from '../../../support/select-cases.ts';

function manifestOf(project: Project, generatedAt = invocation.generatedAt): Manifest {
  const relation = (): string => `elsewhere_${generatedAt.getTime()}.x`;
  return buildManifest({
    project,
    invocation: { ...invocation, generatedAt },
    adapterType: 'duckdb',
    relation,
  });
}

function modified(now: Project, before: Project, value = 'modified'): string[] {
  const context = { manifest: manifestOf(before, new Date(0)) };
  return selectNodes(now, { select: [`state:${value}`], context });
}

const authored = { schema: "{{ var('area') }}", meta: { owner: "{{ env_var('TEAM') }}" }, tags: ['x'] };
const model = makeModel('a', { checksum: 'c1', config: { authored } });

test('values of vars and the environment, times and targets are not looked at', () => {
  const elsewhere = makeModel('a', {
    checksum: 'c1',
    config: { authored, schema: 'dev_ann', alias: 'a__2', meta: { owner: 'ann' }, tags: ['x', 'y'] },
  });
  const before = makeProject([model], { vars: { area: 'marts', n: 1 } });
  expect(modified(makeProject([elsewhere], { vars: { area: 'dev_ann', n: 2 } }), before)).toEqual([]);
});

test('what is authored is: a setting, the place, the text', () => {
  const before = makeProject([model]);
  const change = (to: Parameters<typeof makeModel>[1]): Project =>
    makeProject([makeModel('a', { ...model, ...to })]);
  const id = 'model.shopwave.a';
  expect(modified(change({ checksum: 'c2' }), before)).toEqual([id]);
  expect(modified(change({ config: { authored: { ...authored, materialized: 'view' } } }), before)).toEqual([
    id,
  ]);
  expect(
    modified(change({ config: { authored: { ...authored, schema: 'x' } } }), before, 'modified.relation'),
  ).toEqual([id]);
  expect(modified(change({ config: { authored: { ...authored, tags: ['z'] } } }), before)).toEqual([]);
  expect(modified(change({ file: 'transforms/models/intermediate/a.sql' }), before)).toEqual([id]);
});

test('a macro counts through however many macros, also round in a circle, and only for who reaches it', () => {
  const macro = (name: string, text: string, ...calls: string[]): [string, ProjectMacro] => {
    const uniqueId = `macro.shopwave.${name}`;
    const macros = calls.map((call) => `macro.shopwave.${call}`);
    return [
      uniqueId,
      { uniqueId, name, text, macros, description: '', file: `transforms/macros/${name}.sql` },
    ];
  };
  const models = [
    makeModel('near', { macros: ['macro.shopwave.one'] }),
    makeModel('other', { macros: ['macro.shopwave.alone'] }),
    makeModel('back', { macros: ['macro.shopwave.three'] }),
  ];
  const project = (text: string): Project =>
    makeProject(models, {
      macros: new Map([
        macro('one', 'x', 'two'),
        macro('two', 'x', 'three', 'leaf'),
        macro('three', 'x', 'one'),
        macro('leaf', text),
        macro('alone', 'x'),
      ]),
    });
  expect(modified(project('now'), project('then'), 'modified.macros')).toEqual([
    'model.shopwave.near',
    'model.shopwave.back',
  ]);
  expect(modified(project('then'), project('then'))).toEqual([]);
});

test('a changed `{% test %}` of the project changes the tests that call it', () => {
  const dataTest = {
    name: 'positive_a_n',
    uniqueId: 'test.shopwave.positive_a_n',
    kind: 'positive',
    attachedTo: { kind: 'model', name: 'a' },
    column: 'n',
    arguments: {},
    refs: ['a'],
    sources: [],
    config: defaultTestConfig,
    file: 'transforms/models/marts/_marts.yml',
    line: 1,
  } as const;
  const project = (text: string): Project => {
    const uniqueId = 'macro.shopwave.test_positive';
    const macro = {
      uniqueId,
      name: 'test_positive',
      text,
      macros: [],
      description: '',
      file: 'transforms/tests/generic/positive.sql',
    };
    return makeProject([makeModel('a', { tests: [dataTest] })], { macros: new Map([[uniqueId, macro]]) });
  };
  expect(modified(project('now'), project('then'))).toEqual(['test.shopwave.positive_a_n']);
});
