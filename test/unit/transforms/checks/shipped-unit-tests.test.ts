import { expect, test } from 'vitest';
import { runUnitTests } from '../../../../transforms/engine/checks/unit-test.ts';
import { loadProject } from '../../../../transforms/engine/project/load-project.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import { projectFolder } from '../../../support/platform-parts.ts';

test('the unit tests of the shipped models pass', async () => {
  const project = await loadProject(projectFolder);
  const results = await runUnitTests({
    project,
    tests: project.unitTests,
    openScratch: () => openDuckdbWarehouse({ path: ':memory:' }),
  });
  expect(results.length).toBeGreaterThanOrEqual(8);
  const failed = results.filter(({ status }) => status !== 'pass');
  expect(failed.map(({ name, message }) => `${name}\n${message}`).join('\n\n')).toBe('');
}, 180_000);
