import { LazyNames } from '../../lib/jinja/host.ts';
import { parseTemplate } from '../../lib/jinja/parse.ts';
import { render } from '../../lib/jinja/render.ts';
import type { RenderOptions } from '../../lib/jinja/render.ts';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import type { TemplateFields } from '../authoring/template-fields.ts';
import type { TaskContext } from '../authoring/task.ts';
import { schedulerErrors } from '../errors.ts';
import { isPlainObject } from './plain-object.ts';
import { fetchedNames, templateFilters, templateNames } from './names.ts';
import { isPreviousName, PreviousNames } from './previous-names.ts';
import type { TemplateScope } from './scope.ts';
import { SecretNames } from './secret-names.ts';
import { templateSource } from './template-files.ts';

/** What one template may cost. */
const limits = { steps: 1_000_000, output: 4_000_000 };

/** The fields with every template in them rendered. Throws TEMPLATE_FAILED, which names file, task and field. */
export async function renderFields(fields: TemplateFields, scope: TemplateScope): Promise<TemplateFields> {
  const names = new LazyNames(templateNames, scope);
  const secrets = new SecretNames(scope.context);
  const previous = new PreviousNames(scope.context.previousSuccess);
  const options: RenderOptions = {
    globals: (name) => {
      if (name === 'conn' || name === 'var') return secrets[name];
      return isPreviousName(name) ? previous.get(name) : names.get(name);
    },
    names: () => [...names.keys(), ...fetchedNames],
    undefinedMode: 'strict',
    filters: templateFilters,
    limits,
  };
  const renderText: RenderText = async (text, at) => {
    for (;;) {
      try {
        return await render(parseTemplate(text, at), options);
      } catch (error) {
        if (!(await secrets.fetchWanted()) && !(await previous.fetchWanted())) throw error;
      }
    }
  };
  const renderSource =
    (field: string): RenderText =>
    async (written, place) => {
      const { text, at } = await templateSource({ text: written, at: place }, field, scope);
      return await renderText(text, at);
    };
  const rendered: [string, unknown][] = [];
  for (const [field, value] of Object.entries(fields)) {
    rendered.push([
      field,
      // What a function throws is the author's: it may skip the task.
      typeof value === 'function'
        ? await (value as (context: TaskContext<never>) => unknown)(scope.context)
        : await renderDeep(field, value, renderSource(field)).catch((error: unknown) => {
            throw templateFailed(error, field, scope);
          }),
    ]);
  }
  return Object.fromEntries(rendered);
}

type RenderText = (text: string, at: string) => Promise<string>;

async function renderDeep(at: string, value: unknown, renderText: RenderText): Promise<unknown> {
  if (typeof value === 'string') return await renderText(value, at);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await renderDeep(at, item, renderText));
    return items;
  }
  if (!isPlainObject(value)) return value;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value))
    entries.push([key, await renderDeep(`${at}.${key}`, item, renderText)]);
  return Object.fromEntries(entries);
}

/** As in Airflow a template that fails fails the try, and the next try renders anew. */
function templateFailed(error: unknown, field: string, { file, context, task }: TemplateScope): Error {
  const typed = error instanceof ShopwaveError ? error : undefined;
  const at = typed?.where === undefined ? field : typed.where;
  return schedulerErrors.error('TEMPLATE_FAILED', {
    message: `task ${task.taskId}, field ${at}: ${messageOf(error)}`,
    where: `DAG ${context.dagId}, ${file}`,
    remedy: typed?.remedy,
    cause: error,
  });
}
