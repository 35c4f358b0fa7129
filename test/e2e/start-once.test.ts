import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createDataFolder, run } from '../support/command.ts';

const small = ['--once', '--json', '--backlog', '3000', '--port', '0'];

function lastObject(stdout: string): Record<string, Record<string, unknown>> {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

test('start --once goes from nothing to metrics that equal the truth, and a second one goes on from there', async () => {
  await using folder = await createDataFolder();
  const dir = ['--data-dir', folder.path];
  const first = await run(['start', ...small, ...dir]);
  expect(first.stderr).toContain('snapshot shop');
  expect(first.code).toBe(0);
  const object = lastObject(first.stdout);
  expect(first.stdout.trimEnd().split('\n').length).toBe(1);
  expect(Object.keys(object)).toEqual(['publication', 'rows', 'metrics', 'elapsedMs', 'peakRssMb']);
  for (const metric of ['gmv', 'net_revenue', 'fulfilled_orders', 'refunds']) {
    const { value, truth } = object['metrics']?.[metric] as { value: unknown; truth: unknown };
    expect(Number(value), metric).toBeGreaterThan(0);
    expect(value, metric).toEqual(truth);
  }
  expect(object['rows']?.['raw']).toBeGreaterThan(3000);
  expect(object['publication']?.['version']).toBeGreaterThanOrEqual(1);
  expect(await folder.processes()).toEqual([]);
  expect(await readdir(path.join(folder.path, 'lock'))).toEqual([]);

  const status = await run(['status', '-o', 'json', ...dir]);
  const facts = new Map(
    (JSON.parse(status.stdout) as Array<{ what: string; value: unknown }>).map(({ what, value }) => [what, value]),
  );
  expect(facts.get('supervisor')).toBe('not running');
  expect(facts.get('publication')).toBe(object['publication']?.['version']);

  const gmv = await run(['metrics', 'query', 'gmv', '-o', 'plain', ...dir]);
  expect(Number(gmv.stdout)).toBe(Number((object['metrics']?.['gmv'] as { value: string }).value));

  const second = await run(['start', ...small, ...dir]);
  expect(second.code).toBe(0);
  const later = lastObject(second.stdout);
  expect(Number(later['publication']?.['version'])).toBeGreaterThanOrEqual(Number(object['publication']?.['version']));
  const laterGmv = later['metrics']?.['gmv'] as { value: string; truth: string };
  expect(laterGmv.value).toBe(laterGmv.truth);
  expect(Number(laterGmv.value)).toBeGreaterThanOrEqual(Number(gmv.stdout));
  expect(second.stderr).not.toContain('simulator backlog');
  expect(await folder.processes()).toEqual([]);
});
