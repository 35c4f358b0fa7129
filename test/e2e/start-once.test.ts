import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createDataFolder, parseSummary, run } from '../support/command.ts';
import type { StartSummary } from '../support/command.ts';

const small = ['--once', '--json', '--backlog', '3000', '--port', '0'];

/** Every metric equals the truth, and there is something to compare. */
function expectTruth({ metrics }: StartSummary): void {
  expect(Object.keys(metrics)).toEqual(['gmv', 'net_revenue', 'fulfilled_orders', 'refunds']);
  for (const [name, { value, truth }] of Object.entries(metrics)) {
    expect(Number(value), name).toBeGreaterThan(0);
    expect(value, name).toEqual(truth);
  }
}

test('start --once goes from nothing to metrics that equal the truth, and a second one goes on from there', async () => {
  await using folder = await createDataFolder();
  const dir = ['--data-dir', folder.path];
  const started = await run(['start', ...small, ...dir]);
  const first = parseSummary(started);
  expect(started.code).toBe(0);
  expect(started.stdout.trimEnd().split('\n').length).toBe(1);
  expect(Object.keys(first)).toEqual(['publication', 'rows', 'metrics', 'sources', 'elapsedMs', 'peakRssMb']);
  expectTruth(first);
  expect(first.rows.raw).toBeGreaterThan(3000);
  expect(await folder.processes()).toEqual([]);
  expect(await readdir(path.join(folder.path, 'lock'))).toEqual([]);

  const status = await run(['status', '-o', 'json', ...dir]);
  const rows: Array<{ what: string; value: unknown }> = JSON.parse(status.stdout);
  const facts = new Map(rows.map(({ what, value }) => [what, value]));
  expect(facts.get('supervisor')).toBe('not running');
  const version = Number(facts.get('publication'));
  expect(version).toBeGreaterThanOrEqual(first.publication.version);
  expect(facts.get('landed to')).toMatch(/^[0-9A-F]{16}$/i);
  expect([facts.get('loaded to'), facts.get('staged to')]).toEqual(Array(2).fill(facts.get('landed to')));
  expect(facts.get('failed last')).toBeUndefined();

  const gmv = await run(['metrics', 'query', 'gmv', '-o', 'plain', ...dir]);
  expect(Number(gmv.stdout)).toBeGreaterThanOrEqual(Number(first.metrics['gmv']?.value));

  const again = await run(['start', ...small, ...dir]);
  const second = parseSummary(again);
  expect(again.code).toBe(0);
  expectTruth(second);
  expect(second.publication.version).toBeGreaterThanOrEqual(version);
  expect(Number(second.metrics['gmv']?.value)).toBeGreaterThanOrEqual(Number(gmv.stdout));
  expect(again.stderr).not.toContain('simulator backlog');
  expect(await folder.processes()).toEqual([]);
});
