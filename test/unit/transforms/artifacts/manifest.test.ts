import { expect, test } from 'vitest';
import { buildManifest } from '../../../../transforms/engine/artifacts/manifest.ts';
import type { Manifest } from '../../../../transforms/engine/artifacts/manifest.ts';
import type { Project } from '../../../../transforms/engine/project/model.ts';
import { selectNodes } from '../../../../transforms/engine/select/select.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';
import { invocation, readCaseFiles } from '../../../support/select-cases.ts';
import { graphProject } from '../../../support/select-graph.ts';

function manifestOf(project: Project): Manifest {
  const relation = (): string => 'marts.x';
  return buildManifest({ project, invocation, adapterType: 'duckdb', relation });
}

const shop = (await readCaseFiles()).find(({ name }) => name === 'names-tags-sources.json')?.content;
if (shop === undefined) throw new Error('the shop graph is gone');
const project = graphProject(shop.graph);
const manifest = manifestOf(project);

test('the metadata names schema, project and run, and nothing of the environment', () => {
  expect(manifest.metadata).toMatchObject({
    dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
    generated_at: '2026-01-02T03:04:06.000Z',
    invocation_id: invocation.id,
    env: {},
    project_name: 'shop',
    adapter_type: 'duckdb',
  });
});

test('an entry has the place, the name and the settings dbt would give it', () => {
  expect(manifest.nodes['model.shop.fct_orders']).toMatchObject({
    resource_type: 'model',
    name: 'fct_orders',
    path: 'marts/core/fct_orders.sql',
    original_file_path: 'models/marts/core/fct_orders.sql',
    patch_path: 'shop://models/marts/core/_properties.yml',
    fqn: ['shop', 'marts', 'core', 'fct_orders'],
    tags: ['nightly'],
    relation_name: 'marts.x',
    checksum: { name: 'sha256' },
    config: { materialized: 'incremental', incremental_strategy: 'append', meta: { owner: 'finance' } },
    depends_on: { nodes: ['model.shop.int_orders__joined'], macros: [] },
  });
  expect(manifest.nodes['seed.shop.countries']).toMatchObject({
    resource_type: 'seed',
    fqn: ['shop', 'geo', 'countries'],
  });
  expect(manifest.unit_tests['unit_test.shop.fct_orders.sums_lines']).toMatchObject({
    fqn: ['shop', 'marts', 'core', 'fct_orders', 'sums_lines'],
    depends_on: { nodes: ['model.shop.fct_orders'] },
  });
});

test('parents and children are each other turned round', () => {
  const pairs = (map: Manifest['parent_map'], turn: boolean): string[] =>
    Object.entries(map ?? {})
      .flatMap(([id, others]) => others.map((other) => (turn ? `${other} ${id}` : `${id} ${other}`)))
      .toSorted();
  expect(pairs(manifest.parent_map, true)).toEqual(pairs(manifest.child_map, false));
  expect(manifest.parent_map?.['exposure.shop.raw_feed']).toEqual([
    'model.shop.fct_payments',
    'source.shop.stripe.charges',
  ]);
  expect(Object.keys(manifest.parent_map ?? {})).toHaveLength(selectNodes(project, {}).length);
});

test('a disabled model is not there', () => {
  const off = makeProject([makeModel('on'), makeModel('off', { config: { enabled: false } })]);
  expect(Object.keys(manifestOf(off).nodes)).toEqual(['model.shopwave.on']);
});

test('two manifests of one project are equal but for the run, and JSON holds all of it', () => {
  const text = JSON.stringify(manifest);
  expect(JSON.stringify(manifestOf(graphProject(shop.graph)))).toBe(text);
  expect(JSON.parse(text)).toEqual(manifest);
});

test('values that JSON cannot hold are written as it can', () => {
  const authored = { meta: { big: 12n, huge: 2n ** 70n, when: new Date(0), nothing: undefined } };
  const odd = makeProject([makeModel('odd', { config: { meta: authored.meta, authored } })]);
  const plain = { big: 12, huge: '1180591620717411303424', when: '1970-01-01T00:00:00.000Z' };
  expect(manifestOf(odd).nodes['model.shopwave.odd']).toMatchObject({
    meta: plain,
    config: { meta: plain },
    unrendered_config: { meta: plain },
  });
  expect(() => JSON.stringify(manifestOf(odd))).not.toThrow();
});

test('the value of an overridden environment variable is nowhere, and a change of it is a change', () => {
  const withSecret = (secret: string): Project => ({
    ...project,
    unitTests: project.unitTests.map((each) => ({
      ...each,
      overrides: { ...each.overrides, envVars: { API_KEY: secret } },
    })),
  });
  const [one, other] = [manifestOf(withSecret('hunter2')), manifestOf(withSecret('hunter3'))];
  expect(JSON.stringify(one)).toContain('API_KEY');
  expect(JSON.stringify(one)).not.toContain('hunter2');
  const context = { manifest: one };
  expect(selectNodes(withSecret('hunter3'), { select: ['state:modified'], context })).toEqual(
    Object.keys(other.unit_tests),
  );
});
