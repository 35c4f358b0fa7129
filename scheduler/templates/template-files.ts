import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { schedulerErrors } from '../errors.ts';
import { messageOf } from '../../lib/errors.ts';
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
  const found = await firstFile(places, { text, at });
  if (found === undefined) {
    throw schedulerErrors.error('TEMPLATE_FILE_MISSING', {
      message: `there is no file ${shownName(text)}; looked in ${places.join(', ')}`,
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

/** SQL and scripts that only end like a name may be long. */
function shownName(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

/** What cannot be the name of a file that is there is none of one. */
const notThere: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'];

async function firstFile(
  places: readonly string[],
  { text, at }: TemplateSource,
): Promise<string | undefined> {
  for (const place of places) {
    try {
      return await readFile(path.resolve(place, text), 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && notThere.includes(cause.code)) continue;
      const message = `file ${shownName(text)} cannot be read: ${messageOf(cause)}`;
      throw schedulerErrors.error('TEMPLATE_FILE_MISSING', { message, where: at, cause });
    }
  }
  return undefined;
}
