import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { writeArtifact } from '../../../transforms/engine/artifacts/files.ts';
import { casesFolder, readCaseFiles, runResultsOf, shortId, sourcesOf, withProject } from '../../support/select-cases.ts';
import type { CaseFile, SelectCase } from '../../support/select-cases.ts';
import { shippedArtifacts } from './artifacts.ts';
import { writeDbtProject } from './write-project.ts';

/**
 * Asks dbt itself: every case's selector is evaluated by dbt on a real project of the same graph, and dbt's own
 * readers and schemas read our artifacts. Needs Python and its package index; without them it says so and is green.
 * `--record` writes dbt's answers into the case files instead of comparing.
 */
const requirements = ['dbt-core==1.10.23', 'dbt-duckdb==1.11.1', 'jsonschema'];
const environment = path.join(tmpdir(), 'shopwave-dbt-1.10.23');

const answersSchema = z.object({
  selected: z.array(z.array(z.array(z.string()))),
  complaints: z.array(z.array(z.string())),
});

type Named = Awaited<ReturnType<typeof readCaseFiles>>[number];

async function main(): Promise<void> {
  const python = await installDbt();
  if (python === undefined) {
    console.log('SKIPPED: dbt could not be installed (no Python 3, or its package index does not answer).');
    console.log('NOTHING WAS COMPARED WITH DBT.');
    return;
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-oracle-'));
  try {
    await compare(python, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(python: string, folder: string): Promise<void> {
  const files = await readCaseFiles();
  const jobs = await Promise.all(files.map(async (file) => await writeJob(folder, file)));
  const artifacts = await shippedArtifacts(path.join(folder, 'artifacts'));
  const { selected, complaints } = await ask(python, folder, { jobs, artifacts: [artifacts] });
  let wrong = 0;
  for (const [index, { name, content }] of files.entries()) {
    const answers = (selected[index] ?? []).map((ids) => ids.map(shortId).toSorted());
    if (process.argv.includes('--record')) await record(name, answers);
    else wrong += content.cases.filter((each, at) => !agrees(name, each, answers[at] ?? [])).length;
  }
  for (const complaint of complaints.flat()) console.error(`our artifact, read by dbt: ${complaint}`);
  const total = files.reduce((sum, { content }) => sum + content.cases.length, 0);
  console.log(`dbt: ${total} selections compared, ${wrong} differ; ${complaints.flat().length} complaints on artifacts`);
  process.exitCode = wrong + complaints.flat().length > 0 ? 1 : 0;
}

function agrees(file: string, each: SelectCase, answer: readonly string[]): boolean {
  const same = JSON.stringify(answer) === JSON.stringify(each.expected);
  if (!same) {
    const { expected, ...request } = each;
    console.error(`${file} ${JSON.stringify(request)}\n  we:  ${expected.join(' ')}\n  dbt: ${answer.join(' ')}`);
  }
  return same;
}

async function record(name: string, answers: readonly (readonly string[])[]): Promise<void> {
  const file = path.join(casesFolder, name);
  const content = JSON.parse(await readFile(file, 'utf8')) as { cases: Record<string, unknown>[] };
  for (const [index, answer] of answers.entries()) Object.assign(content.cases[index] ?? {}, { expected: answer });
  await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
}

interface Job {
  readonly folder: string;
  /** A project whose manifest is the earlier state, and the folder of the earlier state. */
  readonly previous: string | undefined;
  readonly state: string;
  readonly requests: readonly Record<string, unknown>[];
}

async function writeJob(folder: string, { name, content }: Named): Promise<Job> {
  const project = path.join(folder, name, 'project');
  const previous = path.join(folder, name, 'previous');
  const state = path.join(previous, 'target');
  await writeDbtProject(project, content.graph);
  if (content.previous !== undefined) await writeDbtProject(previous, content.previous);
  await writeState(state, content);
  const requests = content.cases.map(({ expected: _, ...request }) => ({ ...request, selectors: content.selectors }));
  return { folder: project, previous: content.previous === undefined ? undefined : previous, state, requests };
}

/** Our own artifacts as dbt's earlier run. */
async function writeState(state: string, { results, freshness }: CaseFile): Promise<void> {
  await mkdir(path.join(state, 'current'), { recursive: true });
  if (results !== undefined) await writeArtifact(state, 'runResults', runResultsOf(results, withProject));
  if (freshness === undefined) return;
  await writeArtifact(state, 'sources', sourcesOf(freshness.before));
  await writeArtifact(path.join(state, 'current'), 'sources', sourcesOf(freshness.now));
}

async function ask(
  python: string,
  folder: string,
  work: Readonly<Record<string, unknown>>,
): Promise<z.infer<typeof answersSchema>> {
  const answer = path.join(folder, 'answer.json');
  const script = path.join(import.meta.dirname, 'ask.py');
  const code = await run(python, [script, answer], JSON.stringify(work));
  if (code !== 0) throw new Error(`dbt ended with ${code}`);
  return answersSchema.parse(JSON.parse(await readFile(answer, 'utf8')));
}

/** The Python of an environment that holds dbt, made once a machine; undefined where that cannot be. */
async function installDbt(): Promise<string | undefined> {
  const python = path.join(environment, 'bin', 'python');
  const finished = path.join(environment, 'finished');
  if (existsSync(finished)) return python;
  await rm(environment, { recursive: true, force: true });
  if ((await run('python3', ['-m', 'venv', environment])) !== 0) return undefined;
  const options = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10'];
  if ((await run(python, ['-m', 'pip', 'install', ...options, ...requirements])) !== 0) return undefined;
  await writeFile(finished, '');
  return python;
}

async function run(command: string, args: readonly string[], input = ''): Promise<number> {
  return await new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

await main();
