import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { timedCommand } from './timed-command.ts';
import type { Ran } from './timed-command.ts';
import { editModel, writeProject } from './write-project.ts';
import type { Tool } from './write-project.ts';

/** One thing that both tools do, one after the other, on what the step before has left. */
export interface Step {
  readonly figure: string;
  /** Which text the changed model has. */
  readonly version: 0 | 1;
  /** Whether dbt is told to look for what differs from the cold build; the engine always does. */
  readonly selectsModified: boolean;
}

/** The cold build comes first. */
export const steps: readonly [Step, ...Step[]] = [
  { figure: 'cold build', version: 0, selectsModified: false },
  { figure: 'run without a change', version: 0, selectsModified: false },
  {
    figure: 'run after one model changed, dbt with --select state:modified+',
    version: 1,
    selectsModified: true,
  },
  { figure: 'run after one model changed, dbt build', version: 0, selectsModified: false },
];

/** One tool with a project, a database and a working folder of its own. */
export interface Bench {
  readonly tool: Tool;
  readonly database: string;
  readonly project: string;
  readonly run: (step: Step) => Promise<Ran>;
}

/** A fresh copy of the raw rows and of the project. */
export async function prepare(tool: Tool, folder: string, rawFile: string, dbt: string): Promise<Bench> {
  const database = path.join(folder, 'shop.duckdb');
  const project = path.join(folder, 'project');
  await mkdir(folder, { recursive: true });
  await copyFile(rawFile, database);
  await writeProject(project, tool);
  return {
    tool,
    database,
    project,
    run: async (step) => {
      await editModel(project, step.version);
      const command = tool === 'engine' ? engineCommand(project, database) : dbtCommand(dbt, project, step);
      const environment = { ...process.env, BENCH_DATABASE: database };
      return await timedCommand(command, environment);
    },
  };
}

function engineCommand(project: string, database: string): readonly string[] {
  const job = fileURLToPath(new URL('../transforms/dbt-build-job.ts', import.meta.url));
  return [process.execPath, '--import', 'tsx', job, project, database];
}

const state = 'cold-build';

function dbtCommand(dbt: string, project: string, { selectsModified }: Step): readonly string[] {
  const selection = selectsModified
    ? ['--select', 'state:modified+', '--state', path.join(project, state)]
    : [];
  const folders = ['--project-dir', project, '--profiles-dir', project];
  return [dbt, '--quiet', 'build', ...folders, ...selection];
}

/** Keeps dbt's artifacts of the cold build, for it to compare a changed project with. */
export async function keepState({ project }: Bench): Promise<void> {
  await mkdir(path.join(project, state));
  await copyFile(path.join(project, 'target', 'manifest.json'), path.join(project, state, 'manifest.json'));
}
