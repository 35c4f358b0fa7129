import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderModel } from '../../../../transforms/engine/compile/compile.ts';
import { mustModel } from '../../../../transforms/engine/project/laws.ts';
import { loadProject } from '../../../../transforms/engine/project/load-project.ts';
import { plainScope, smallProject, writeFileAt, writeProject } from './temporary-project.ts';

const options = { env: {} };
const sqlOf = async (folder: string): Promise<string> =>
  await renderModel(await loadProject(folder, options), 'agg_orders', plainScope);

test('a second load sees every change: of the SQL, its YAML, a macro, a var, the project file', async () => {
  const folder = await writeProject({
    'models/marts/agg_orders.sql': "{{ m() }} {{ var('a', 1) }} {{ config.get('alias') }}",
    'macros/m.sql': '{% macro m() %}one{% endmacro %}',
  });
  expect(await sqlOf(folder)).toBe('one 1 None');
  expect(await sqlOf(folder)).toBe('one 1 None');
  await writeFileAt(folder, 'macros/m.sql', '{% macro m() %}two{% endmacro %}');
  expect(await sqlOf(folder)).toBe('two 1 None');
  await writeFileAt(
    folder,
    'models/marts/agg_orders.sql',
    "{{ m() }}! {{ var('a', 1) }} {{ config.get('alias') }}",
  );
  expect(await sqlOf(folder)).toBe('two! 1 None');
  await writeFileAt(folder, 'dbt_project.yml', 'name: shop\nprofile: shop\nvars: { a: 2 }\n');
  expect(await sqlOf(folder)).toBe('two! 2 None');
  const yaml = smallProject['models/marts/_marts.yml'] ?? '';
  await writeFileAt(
    folder,
    'models/marts/_marts.yml',
    yaml.replace('How many.', 'How many.\n    config: { alias: b }'),
  );
  expect(await sqlOf(folder)).toBe('two! 2 b');
  const project = await loadProject(folder, { env: {}, vars: { a: 3 } });
  expect(await renderModel(project, 'agg_orders', plainScope)).toBe('two! 3 b');
});

test('what was refused is refused again, and a model that went is gone', async () => {
  const folder = await writeProject({
    'models/marts/_marts.yml':
      'models:\n  - name: fct_orders\n    data_tests: [uniqe]\n  - name: agg_orders\n',
  });
  for (const _ of [1, 2]) {
    await expect(loadProject(folder, options)).rejects.toMatchObject({ code: 'PROJECT_UNKNOWN_KEY' });
  }
  await writeFileAt(folder, 'models/marts/_marts.yml', 'models:\n  - name: fct_orders\n');
  await rm(join(folder, 'models/marts/agg_orders.sql'));
  const project = await loadProject(folder, options);
  expect([...project.models.keys()]).not.toContain('agg_orders');
  expect(mustModel(project, 'fct_orders').tests).toEqual([]);
});
