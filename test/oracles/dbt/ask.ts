import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { runCommand } from '../../../bench/dbt/python.ts';

/** What dbt selected, a list of ids per request of every job; and what it has against our artifacts, per folder. */
const answersSchema = z.object({
  selected: z.array(z.array(z.array(z.string()))),
  complaints: z.array(z.array(z.string())),
});

/** A project of dbt's, with the folder of its earlier state and the selections to make in it. */
export interface Job {
  readonly folder: string;
  /** A project whose manifest is the earlier state. */
  readonly previous: string | undefined;
  readonly state: string;
  readonly requests: readonly Readonly<Record<string, unknown>>[];
}

/** Has dbt do the jobs, and read the artifacts in the folders named; `folder` is where its answer is left. */
export async function askDbt(
  python: string,
  folder: string,
  work: { readonly jobs: readonly Job[]; readonly artifacts: readonly string[] },
): Promise<z.infer<typeof answersSchema>> {
  const answer = path.join(folder, 'answer.json');
  const program = path.join(import.meta.dirname, 'ask.py');
  const code = await runCommand(python, [program, answer], JSON.stringify(work));
  if (code !== 0) throw new Error(`dbt ended with ${code}`);
  return answersSchema.parse(JSON.parse(await readFile(answer, 'utf8')));
}
