import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { schedulerErrors } from '../errors.ts';
import { textProblem } from './check-templates.ts';
import type { TemplateScope } from './scope.ts';

/** A template, and what its places are called. */
export interface TemplateSource {
  readonly text: string;
  readonly at: string;
}

/** A text of a field, or what the file holds that it names: Airflow's `template_ext` and `template_searchpath`. */
export async function templateSource(
  { text, at }: TemplateSource,
  field: string,
  scope: TemplateScope,
): Promise<TemplateSource> {
  const { work } = scope.task;
  const endings = ('templateExt' in work && work.templateExt[field]) || [];
  if (!endings.some((ending) => text.endsWith(ending))) return { text, at };
  const folder = path.dirname(scope.file);
  const places = ['.', ...(scope.dag.templateSearchpath ?? [])].map((each) => path.resolve(folder, each));
  const found = await firstFile(places, text);
  if (found === undefined) {
    throw schedulerErrors.error('TEMPLATE_FILE_MISSING', {
      message: `there is no file ${text}; looked in ${places.join(', ')}`,
      where: at,
    });
  }
  // The loader has seen the field and not the file.
  const problem = textProblem(found, text, 'shellFields' in work && work.shellFields.includes(field));
  if (problem === undefined) return { text: found, at: text };
  throw schedulerErrors.error('TEMPLATE_INVALID', {
    message: problem.message,
    where: problem.at,
    remedy: problem.remedy,
  });
}

async function firstFile(places: readonly string[], name: string): Promise<string | undefined> {
  for (const place of places) {
    try {
      return await readFile(path.resolve(place, name), 'utf8');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return undefined;
}
