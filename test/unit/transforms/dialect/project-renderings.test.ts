import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isBuiltIn } from '../../../../transforms/engine/checks/rows-under-test.ts';
import { renderDataTest, renderMapping, renderTest } from '../../../../transforms/engine/compile/compile.ts';
import { parseCheck } from '../../../../transforms/engine/dialect/parse-check.ts';
import { renderStatement } from '../../../../transforms/engine/materialize/statement.ts';
import { loadProject } from '../../../../transforms/engine/project/load-project.ts';
import { keyingOf } from '../../../../transforms/engine/project/model.ts';
import type { Project } from '../../../../transforms/engine/project/model.ts';

const projectFolder = fileURLToPath(new URL('../../../../transforms', import.meta.url));

/** Renderings that Snowflake takes and the parser does not, each with its reason. None at present. */
const exceptions: Readonly<Record<string, string>> = {};

const scope = {
  dialect: 'snowflake',
  relation: (model: string) => `marts.${model.replaceAll('.', '_')}`,
  source: (source: string) => `raw.${source.replaceAll('.', '_')}`,
} as const;

async function renderings(project: Project): Promise<ReadonlyArray<readonly [string, string]>> {
  const found: Array<readonly [string, string]> = [];
  for (const [name, model] of project.models) {
    if (model.materialization.kind === 'seed') continue;
    const touched = { ...scope, touched: '_delta.touched', isIncremental: true };
    found.push([name, await renderStatement(project, name, scope)]);
    found.push([`${name} (touched)`, await renderStatement(project, name, touched)]);
    for (const input of Object.keys(keyingOf(model)?.touchedBy ?? {})) {
      const mapping = await renderMapping(project, model, input, { ...scope, changed: '_delta.changed' });
      if (mapping !== undefined) found.push([`${name} (touched by ${input})`, mapping]);
    }
    // The four that come with the platform are no templates.
    for (const each of model.tests.filter(({ kind }) => !isBuiltIn(kind))) {
      found.push([each.name, await renderDataTest(project, each, { ...scope, rows: scope.relation(name) })]);
    }
  }
  for (const each of project.tests) {
    found.push([each.name, await renderTest(project, each, scope)]);
  }
  return found;
}

test('every model, whole and for touched keys, every mapping and every test parses as Snowflake SQL', async () => {
  const all = await renderings(await loadProject(projectFolder));
  expect(all.length).toBeGreaterThan(50);
  const problems: unknown[] = [];
  for (const [name, sql] of all) {
    if (exceptions[name] !== undefined) continue;
    const problem = await parseCheck(sql, 'snowflake');
    if (problem !== undefined)
      problems.push({ name, problem, near: sql.split('\n')[(problem.line ?? 1) - 1] });
  }
  expect(problems).toEqual([]);
}, 180_000);
