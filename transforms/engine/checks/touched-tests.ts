import { createHash } from 'node:crypto';
import { renderDataTest } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import type { DataTest } from '../project/model.ts';
import { isBuiltIn } from './rows-under-test.ts';

/** What a generic test calls the model that it stands on, in touched_in_run(): it does not know its name. */
const attached = 'model';

/** The model that a name in touched_in_run() of a generic test means. */
export function attachedFor(test: DataTest, name: string): string {
  return name === attached ? test.attachedTo.name : name;
}

/** Whether a generic test of the project looks only at what changed, by touched_in_run(). */
export function asksTouched({ project }: EngineContext, test: DataTest): boolean {
  if (isBuiltIn(test.kind) || test.attachedTo.kind !== 'model') return false;
  const macro = project.authoring.macros.get(`test_${test.kind}`);
  return macro?.mentions.includes('touched_in_run') ?? false;
}

/** Identifies what such a test computes: it changes with its text and arguments, and not with the run. */
export async function touchedDefinition(context: EngineContext, test: DataTest): Promise<string | undefined> {
  try {
    const sql = await renderDataTest(context.project, test, {
      dialect: context.warehouse.capabilities.dialect,
      relation: (name) => `<${name}>`,
      source: (name) => `<${name}>`,
      changedInRun: (name) => `<changed ${name}>`,
      rows: `<${test.attachedTo.name}>`,
    });
    const { where = '' } = test.config;
    return createHash('sha256').update(`${sql} ${where}`).digest('hex').slice(0, 16);
  } catch {
    return undefined;
  }
}
