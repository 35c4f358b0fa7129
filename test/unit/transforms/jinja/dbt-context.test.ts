import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileFiles, compileNodes } from '../../../../cli/transform/compile.ts';
import { renderModel } from '../../../../transforms/engine/compile/compile.ts';
import { templateLog } from '../../../../transforms/engine/compile/template-log.ts';
import { projectLineage } from '../../../../transforms/engine/lineage/project-lineage.ts';
import type { Row } from '../../../../warehouse/warehouse.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import {
  load,
  macros,
  mart,
  plainScope,
  plainVars,
  rendered,
  smallProject,
  writeProject,
} from '../project/temporary-project.ts';

describe('macros of dbt itself', () => {
  test.each([
    [
      'of the schema',
      "{{ default__generate_schema_name('fin', {'schema': 'marts'}) }} {{ dbt.generate_schema_name(none, {'schema': 'marts'}) }}",
      'marts_fin marts',
    ],
    [
      'of the schema for production',
      "{{ generate_schema_name_for_env('fin', {'schema': 'marts'}) }}",
      'marts',
    ],
    ['of the alias', "{{ default__generate_alias_name(none, {'name': 'm', 'version': '1.2'}) }}", 'm_v1_2'],
    ['of full refreshes', '{{ should_full_refresh() }}', 'False'],
    ['of hooks', "{{ before_begin('x').sql }} {{ after_commit('x').transaction }}", 'x False'],
    [
      'of columns',
      "{{ api.Column.translate_type('integer') }} {{ api.Column.create('a', 'string').dtype }} {{ api.Column('a', 'int').name }}",
      'INT TEXT a',
    ],
    ['of vars', "{{ var.has_var('zone') }} {{ var.has_var('zon') }}", 'True False'],
    ['of dicts', "{{ dict.fromkeys(['a', 'b'], 1) }}", "{'a': 1, 'b': 1}"],
  ])('%s', async (_, sql, expected) => {
    expect(await rendered(sql)).toBe(expected);
  });

  test('a macro that is never called may name them', async () => {
    const text = '{% macro later() %}{{ load_relation(this) }}{{ get_columns_in_query("x") }}{% endmacro %}';
    await expect(load(macros(text))).resolves.toBeDefined();
  });

  test('those that ask the warehouse do', async () => {
    const asked: string[] = [];
    const runQuery = async (sql: string): Promise<readonly Row[]> => {
      asked.push(sql);
      if (sql.includes('information_schema.tables')) return [{ table_type: 'VIEW' }];
      return sql.includes('intervals') ? [{ intervals: 3n }] : [{ a: null, b: null }];
    };
    const sql =
      "{{ load_relation(this).type }} {{ get_columns_in_query('select 1 as a, 2 as b') }} {{ get_intervals_between(\"'2024-01-01'\", \"'2024-01-04'\", 'day') }}";
    expect(await rendered(sql, {}, { runQuery })).toBe("view ('a', 'b') 3");
    expect(asked).toHaveLength(3);
  });

  test('the flags are those of the run', async () => {
    const sql = '{{ flags.WHICH }} {{ flags.FULL_REFRESH }} {{ should_full_refresh() }}';
    expect(await rendered(sql, {}, { flags: { which: 'run', fullRefresh: true } })).toBe('run True True');
  });

  test('the graph has tests and exposures', async () => {
    const files = {
      'tests/none.sql': "select 1 from {{ ref('fct_orders') }} where false",
      'models/marts/_exposures.yml':
        "version: 2\nexposures:\n  - name: board\n    type: dashboard\n    owner: { name: A }\n    depends_on: [ref('fct_orders')]\n",
    };
    const names =
      "graph.nodes.values() | selectattr('resource_type', 'equalto', 'test') | map(attribute='name')";
    const sql = `{% if execute %}{{ ${names} | sort | join(' ') }} {{ graph.exposures['exposure.shop.board'].depends_on.nodes }}{% endif %}`;
    expect(await rendered(sql, files)).toBe(
      "none not_null_fct_orders_order_id unique_fct_orders_order_id ['model.shop.fct_orders']",
    );
  });
});

describe('what templates say', () => {
  const sql = "{{ log('quiet') }}{{ log('loud', info=true) }}{{ print('shown') }}x";

  test('goes to the log of a run, and what is for people to its progress', async () => {
    const lines: string[] = [];
    const shown: (string | undefined)[] = [];
    const onLog = templateLog({
      logger: { ...silentLogger, info: (message) => void lines.push(message) },
      onProgress: ({ note }) => void shown.push(note),
    });
    expect(await rendered(sql, {}, { onLog })).toBe('x');
    expect(lines).toEqual(['quiet', 'loud', 'shown']);
    expect(shown).toEqual(['loud', 'shown']);
  });

  test('is a note where files are only read', async () => {
    const notes: string[] = [];
    const project = await load(mart(sql), { onWarning: (message) => void notes.push(message) });
    await renderModel(project, 'agg_orders', plainScope);
    expect(notes).toEqual(['loud', 'shown']);
  });
});

describe('a name that nobody defines', () => {
  async function notesOf(sql: string, files = {}): Promise<string[]> {
    const notes: string[] = [];
    const project = await load(
      { ...mart(sql), ...files },
      { onWarning: (message) => void notes.push(message) },
    );
    await renderModel(project, 'agg_orders', plainScope);
    return notes.map((note) => note.replace(project.folder, '').replace(/^\//, ''));
  }

  test('is told with its place and the nearest one, and stays empty', async () => {
    const text = '{% set flag = true %}\n{% if flga %}a{% endif %}b';
    expect(await notesOf(text)).toEqual([
      'models/marts/agg_orders.sql:2:7: nothing gives flga a value, so it is empty; did you mean flag?',
    ]);
    expect(await notesOf('{{ m() }}', macros('{% macro m(a) %}{{ b_name }}{% endmacro %}'))).toEqual([
      'macros/m.sql:1:20: nothing gives b_name a value, so it is empty',
    ]);
  });

  test.each([
    '{% if x is defined %}{{ x }}{% endif %}{{ y | default(1) }}',
    '{% for a, b in [(1, 2)] %}{{ a }}{{ b }}{{ loop.index }}{% endfor %}{% with q = 1 %}{{ q }}{% endwith %}',
    '{% macro m(p) %}{{ p }}{{ varargs }}{{ caller() if caller }}{% endmacro %}{{ m(1) }}',
    "{{ this }}{{ target.name }}{{ modules.re }}{{ execute }}{{ dbt.type_string() }}{{ shop }}{{ graph.nodes | length }}{{ ref('fct_orders') }}",
  ])('is not meant by %s', async (sql) => {
    expect(await notesOf(sql)).toEqual([]);
  });
});

describe('without a warehouse', () => {
  const asking = mart("{% if execute %}{% set r = run_query('select 1') %}{% endif %}select 1 as one");

  test('a model that asks one is left out, and the others go on', async () => {
    const project = await load(asking);
    const ids = new Set([...project.models.values()].map((model) => model.uniqueId));
    const leftOut: string[] = [];
    const compiled = await compileNodes(project, ids, (name) => void leftOut.push(name));
    expect(compiled.map((each) => each.uniqueId)).toContain('model.shop.fct_orders');
    expect(leftOut).toEqual(['agg_orders']);
  });

  test('the command writes the others, then says which are missing', async () => {
    const projectFolder = await writeProject({
      ...asking,
      'models/marts/fct_orders.sql': "select '{{ flags.WHICH }}' as order_id from {{ ref('int_orders') }}",
    });
    const { compiled, failure } = await compileFiles({
      projectFolder,
      dataDir: join(projectFolder, 'data'),
      onWarning: () => undefined,
    });
    expect(failure).toMatchObject({ code: 'COMPILE_NEEDS_WAREHOUSE' });
    expect(failure?.message).toContain('agg_orders');
    const written = compiled.find((each) => each.uniqueId === 'model.shop.fct_orders')?.writtenTo ?? '';
    expect(await readFile(written, 'utf8')).toContain("'compile' as order_id");
  });

  test('its lineage is missing, that of the others is not', async () => {
    const lineage = await projectLineage(await load(asking));
    const problems = lineage.filter((each) => each.problem !== undefined).map((each) => each.model);
    expect(problems).toEqual(['agg_orders']);
    expect(lineage.find((each) => each.model === 'fct_orders')?.columns).toHaveLength(1);
  });

  test('what reads its result while parsing says what to do', async () => {
    const loading = load(mart("{{ run_query('select 1').columns[0].values() }}"));
    await expect(loading).rejects.toThrow('run_query gives nothing while the project is parsed; guard');
  });
});

describe('macros that name a node', () => {
  const files = {
    'models/marts/_marts.yml': String(smallProject['models/marts/_marts.yml']).replace(
      'description: How many.',
      'description: How many.\n    config: { tags: [nightly], materialized: view }',
    ),
    'models/marts/agg_orders.sql': null,
    'models/marts/deep/agg_orders.sql': "select 1 as one from {{ ref('fct_orders') }}",
  };

  test('see all of it that is known by then', async () => {
    const parts = ["node.fqn | join('.')", 'node.tags', 'node.path', 'node.unique_id', 'node.package_name'];
    const shown = [...parts, 'node.config.materialized'].map((part) => `(${part})`).join(" ~ ' ' ~ ");
    const text = `{% macro generate_schema_name(name, node) %}{% do exceptions.warn(${shown}) %}{{ node.schema }}{% endmacro %}`;
    const notes: string[] = [];
    await load({ ...files, ...macros(text) }, { onWarning: (message) => void notes.push(message) });
    expect(notes.join('\n')).toContain(
      ": shop.marts.deep.agg_orders ['nightly'] marts/deep/agg_orders.sql model.shop.agg_orders shop view",
    );
  });

  test('one for the database is told to be without effect', async () => {
    const notes: string[] = [];
    const text = '{% macro generate_database_name(name, node) %}x{% endmacro %}';
    await load(macros(text), { onWarning: (message) => void notes.push(message) });
    expect(notes.join()).toContain('generate_database_name is not asked');
  });
});

test('descriptions may read what YAML may', async () => {
  const project = await load({
    'dbt_project.yml': plainVars,
    'models/marts/_marts.yml': String(smallProject['models/marts/_marts.yml']).replace(
      'description: How many.',
      'description: "In {{ var(\'zone\') }} on {{ target.name }}."',
    ),
  });
  expect(project.models.get('agg_orders')?.description).toBe('In Europe/Berlin on local.');
});
