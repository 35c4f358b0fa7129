import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readArtifact, writeArtifact } from '../../../../transforms/engine/artifacts/files.ts';
import { buildManifest } from '../../../../transforms/engine/artifacts/manifest.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';
import { invocation, runResultsOf, sourcesOf } from '../../../support/select-cases.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'artifacts-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('what was written is read back whole, and no half file stays', async () => {
  const project = makeProject([makeModel('a'), makeModel('b', { refs: ['a'] })]);
  const manifest = buildManifest({ project, invocation, adapterType: 'duckdb', relation: () => undefined });
  expect(await writeArtifact(folder, 'manifest', manifest)).toBe(path.join(folder, 'manifest.json'));
  expect(await readArtifact(folder, 'manifest')).toEqual(manifest);
  const results = runResultsOf({ 'model.a': 'success' }, (id) => id);
  await writeArtifact(folder, 'runResults', results);
  expect(await readArtifact(folder, 'runResults')).toEqual(results);
  const sources = sourcesOf({ 'source.raw.x': '2026-01-01T00:00:00.000Z' });
  await writeArtifact(folder, 'sources', sources);
  expect(await readArtifact(folder, 'sources')).toEqual(sources);
  expect((await readdir(folder)).toSorted()).toEqual(['manifest.json', 'run_results.json', 'sources.json']);
});

test('a write that fails leaves the old file and no other', async () => {
  const results = runResultsOf({ 'model.a': 'success' }, (id) => id);
  await writeArtifact(folder, 'runResults', results);
  const before = await readFile(path.join(folder, 'run_results.json'), 'utf8');
  const unwritable = { ...results, args: { select: 1n } };
  await expect(writeArtifact(folder, 'runResults', unwritable)).rejects.toThrow('BigInt');
  expect(await readFile(path.join(folder, 'run_results.json'), 'utf8')).toBe(before);
  expect(await readdir(folder)).toEqual(['run_results.json']);
});

test('where the file cannot take its place, the unfinished one is removed', async () => {
  await mkdir(path.join(folder, 'run_results.json', 'in the way'), { recursive: true });
  const results = runResultsOf({ 'model.a': 'success' }, (id) => id);
  await expect(writeArtifact(folder, 'runResults', results)).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(await readdir(folder)).toEqual(['run_results.json']);
});

test.each([
  [undefined, 'ARTIFACT_MISSING', 'there is no'],
  ['{', 'ARTIFACT_INVALID', 'not JSON'],
  ['{}', 'ARTIFACT_INVALID', 'no metadata.dbt_schema_version'],
  [
    '{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/run-results/v5.json"}}',
    'ARTIFACT_VERSION',
    'run-results/v5.json was found, https://schemas.getdbt.com/dbt/run-results/v6.json is read',
  ],
  [
    '{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/run-results/v6.json"},"results":[{"status":"error"}],"elapsed_time":1}',
    'ARTIFACT_INVALID',
    'results[0].unique_id',
  ],
])('%s is refused with %s', async (text, code, message) => {
  const file = path.join(folder, 'run_results.json');
  if (text !== undefined) await writeFile(file, text);
  await expect(readArtifact(folder, 'runResults')).rejects.toMatchObject({
    code,
    where: file,
    message: expect.stringContaining(message) as unknown,
  });
});
