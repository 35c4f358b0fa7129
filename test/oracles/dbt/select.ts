import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import fc from 'fast-check';
import { installDbt } from '../../../bench/dbt/python.ts';
import { writeArtifact } from '../../../transforms/engine/artifacts/files.ts';
import { selectNodes } from '../../../transforms/engine/select/select.ts';
import { requestsOn } from '../../support/random-selectors.ts';
import {
  casesFolder,
  readCaseFiles,
  requestOf,
  runResultsOf,
  shortId,
  sourcesOf,
  withProject,
} from '../../support/select-cases.ts';
import type { CaseFile, SelectCase } from '../../support/select-cases.ts';
import { graphProject } from '../../support/select-graph.ts';
import { shippedArtifacts } from './artifacts.ts';
import { askDbt } from './ask.ts';
import type { Job } from './ask.ts';
import { writeDbtProject } from './write-project.ts';

/**
 * Asks dbt itself: every case's selector, and as many random ones, are evaluated by dbt on a real project of the same
 * graph, and dbt's own readers and schemas read our artifacts. Needs Python and its package index; without them it
 * says so and is green. `--record` writes dbt's answers into the case files instead of comparing.
 */
async function main(): Promise<void> {
  const python = await installDbt();
  if (python === undefined) {
    say('SKIPPED: dbt could not be installed (no Python 3, or its package index does not answer).');
    say('NOTHING WAS COMPARED WITH DBT.');
    return;
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-oracle-'));
  try {
    await compare(python, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A file of cases, and what is asked on its graph: its cases, then random ones with our own answers. */
interface Asked {
  readonly name: string;
  readonly content: CaseFile;
  readonly cases: readonly SelectCase[];
}

async function compare(python: string, folder: string): Promise<void> {
  const isRecording = process.argv.includes('--record');
  const seed = Math.floor(Math.random() * 2 ** 31);
  const asked: Asked[] = (await readCaseFiles()).map(({ name, content }) => ({
    name,
    content,
    cases: [...content.cases, ...(isRecording ? [] : randomCases(content, seed))],
  }));
  const jobs = await Promise.all(asked.map(async (each) => await writeJob(folder, each)));
  const artifacts = await shippedArtifacts(path.join(folder, 'artifacts'));
  const { selected, complaints } = await askDbt(python, folder, { jobs, artifacts: [artifacts] });
  const answers = selected.map((requests) => requests.map((ids) => ids.map(shortId).toSorted()));
  if (isRecording) {
    for (const [index, { name }] of asked.entries()) await record(name, answers[index] ?? []);
    return;
  }
  const wrong = asked.flatMap(({ name, cases }, index) =>
    cases.flatMap((each, at) => disagreement(name, each, answers[index]?.[at] ?? [])),
  );
  const found = [
    ...wrong,
    ...complaints.flat().map((complaint) => `our artifact, read by dbt: ${complaint}`),
  ];
  for (const line of found) say(line);
  const total = asked.reduce((sum, { cases }) => sum + cases.length, 0);
  say(`dbt: ${total} selections compared (seed ${seed}), ${wrong.length} differ; four artifacts read by dbt`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

function randomCases(content: CaseFile, seed: number): SelectCase[] {
  const project = graphProject(content.graph);
  const requests = fc.sample(requestsOn(content.graph), { seed, numRuns: 60 });
  return requests.map((request) => {
    const found = selectNodes(project, requestOf({ ...request, expected: [] }, {}));
    return { ...request, expected: found.map(shortId).toSorted() };
  });
}

function disagreement(
  file: string,
  { expected, ...request }: SelectCase,
  answer: readonly string[],
): string[] {
  if (JSON.stringify(answer) === JSON.stringify(expected)) return [];
  return [`${file} ${JSON.stringify(request)}\n  we:  ${expected.join(' ')}\n  dbt: ${answer.join(' ')}`];
}

async function record(name: string, answers: readonly (readonly string[])[]): Promise<void> {
  const file = path.join(casesFolder, name);
  const content = JSON.parse(await readFile(file, 'utf8')) as { cases: Record<string, unknown>[] };
  for (const [index, each] of content.cases.entries()) each['expected'] = answers[index];
  await writeFile(file, oneLineEach(content, 3));
}

/** JSON whose outer levels are spread over lines and whose entries are one line each; the formatter does the rest. */
function oneLineEach(value: unknown, levels: number): string {
  if (levels === 0 || typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[\n${value.map((each) => JSON.stringify(each)).join(',\n')}\n]`;
  const entries = Object.entries(value).map(
    ([key, each]) => `${JSON.stringify(key)}: ${oneLineEach(each, levels - 1)}`,
  );
  return `{\n${entries.join(',\n')}\n}\n`;
}

async function writeJob(folder: string, { name, content, cases }: Asked): Promise<Job> {
  const project = await writeProject(folder, content.graph);
  const previous = content.previous === undefined ? undefined : await writeProject(folder, content.previous);
  const state = previous === undefined ? path.join(folder, name) : path.join(previous, 'target');
  await writeState(state, content);
  return {
    folder: project,
    previous,
    state,
    requests: cases.map((each) => ({ ...each, expected: undefined, selectors: content.selectors })),
  };
}

/** Equal graphs share a folder, so that dbt reads each project once. */
async function writeProject(folder: string, graph: CaseFile['graph']): Promise<string> {
  const project = path.join(folder, createHash('sha256').update(JSON.stringify(graph)).digest('hex'));
  await writeDbtProject(project, graph);
  return project;
}

/** Our own artifacts as dbt's earlier run. */
async function writeState(state: string, { results, freshness }: CaseFile): Promise<void> {
  await mkdir(path.join(state, 'current'), { recursive: true });
  if (results !== undefined) await writeArtifact(state, 'runResults', runResultsOf(results, withProject));
  if (freshness === undefined) return;
  await writeArtifact(state, 'sources', sourcesOf(freshness.before));
  await writeArtifact(path.join(state, 'current'), 'sources', sourcesOf(freshness.now));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
