import type { Expr, Node } from '../../lib/jinja/ast.ts';
import { ShopwaveError } from '../../lib/errors.ts';
import { nearest } from '../../lib/edit-distance.ts';
import { formatLocation } from '../../lib/jinja/location.ts';
import { parseTemplate } from '../../lib/jinja/parse.ts';
import { atTop, newFrame, requireNames } from '../../lib/jinja/render.ts';
import { unknownNames } from '../../lib/jinja/unknown-names.ts';
import { partsOf, walkNodes } from '../../lib/jinja/walk.ts';
import type { Part } from '../../lib/jinja/walk.ts';
import type { AnyDag, AnyTask } from '../authoring/definition.ts';
import { schedulerErrors } from '../errors.ts';
import { fetchedNames, formerNames, templateFilters, templateNames } from './names.ts';
import { isPlainObject } from './plain-object.ts';

/** The first template of a DAG that cannot be right whatever the run: refused when the file is loaded. */
export function templateProblem({ dagId, tasks }: AnyDag, file: string): ShopwaveError | undefined {
  for (const task of tasks) {
    const problem = problemOf(task);
    if (problem === undefined) continue;
    const message = `DAG ${dagId}: task ${task.taskId}, field ${problem.at}: ${problem.message}`;
    return schedulerErrors.error('TEMPLATE_INVALID', { message, where: file, remedy: problem.remedy });
  }
  return undefined;
}

interface Problem {
  /** `command:1:7` */
  readonly at: string;
  readonly message: string;
  readonly remedy?: string | undefined;
}

function problemOf({ work }: AnyTask): Problem | undefined {
  if (!('templates' in work)) return undefined;
  for (const [field, value] of Object.entries(work.templates)) {
    for (const { at, text } of textsIn(field, value)) {
      const problem = textProblem(text, at, work.shellFields.includes(field));
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function textsIn(at: string, value: unknown): readonly { readonly at: string; readonly text: string }[] {
  if (typeof value === 'string') return [{ at, text: value }];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(at, item));
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(`${at}.${key}`, item));
}

/** What is wrong with one template, whatever the run. */
export function textProblem(text: string, field: string, isShell: boolean): Problem | undefined {
  try {
    const template = parseTemplate(text, field);
    const frame = newFrame(field, { globals: () => undefined, filters: templateFilters }, false);
    void atTop(frame, () => requireNames(template, frame.it));
    const { nodes } = template.body;
    return unknownName(nodes) ?? (isShell ? unquoted(nodes) : undefined);
  } catch (error) {
    if (!(error instanceof ShopwaveError)) throw error;
    return { at: error.where ?? field, message: error.message, remedy: error.remedy };
  }
}

function unknownName(nodes: readonly Node[]): Problem | undefined {
  const known: readonly string[] = [...Object.keys(templateNames), ...fetchedNames];
  const isKnown = (name: string): boolean => known.includes(name);
  const [first] = unknownNames(nodes, isKnown).unknown;
  if (first === undefined) return undefined;
  const { name, at } = first;
  const instead = Object.hasOwn(formerNames, name) ? formerNames[name] : undefined;
  const near = instead ?? nearest(name, known);
  const remedy =
    near === undefined ? undefined : instead === undefined ? `Did you mean ${near}?` : `Use ${near}.`;
  const message = instead === undefined ? `there is no name ${name}` : `Airflow 3 has no ${name}`;
  return { at: formatLocation(at), message, remedy };
}

/** Filters whose result a shell takes as one word. */
const safeFilters: ReadonlySet<string> = new Set(['quote', 'int', 'float', 'length', 'count']);

/** What people give a run and a shell would run: printed, or kept for later, and not quoted. */
function unquoted(nodes: readonly Node[]): Problem | undefined {
  let found: Expr | undefined;
  walkNodes(nodes, (part) => {
    found ??= valuesOf(part).find((value) => isGivenByPeople(value));
    return found === undefined;
  });
  if (found === undefined) return undefined;
  return {
    at: formatLocation(found.at),
    message: 'a value that people give a run would be run by the shell',
    remedy: `Put it into env, such as env: { DAY: '{{ params.day }}' }, and write "$DAY"; or end it with | quote.`,
  };
}

function valuesOf(part: Part): readonly Expr[] {
  if (part.kind === 'print') return part.items;
  if (part.kind === 'set') return [part.value];
  if (part.kind === 'for') return [part.iterable];
  return part.kind === 'with' ? part.bindings.map(({ value }) => value) : [];
}

function isGivenByPeople(value: Part): boolean {
  if (value.kind === 'filter' && safeFilters.has(value.name)) return false;
  if (value.kind === 'compare' || value.kind === 'test') return false;
  if (value.kind === 'condition')
    return [value.chosen, value.otherwise].some((each) => each !== undefined && isGivenByPeople(each));
  if (value.kind === 'name') return value.name === 'params' || value.name === 'dag_run';
  if (isFactOfRun(value)) return false;
  return partsOf(value).some(isGivenByPeople);
}

/** `dag_run.run_id` and the like: everything of a run but its conf is the scheduler's own. */
function isFactOfRun(value: Part): boolean {
  return (
    value.kind === 'attribute' &&
    value.target.kind === 'name' &&
    value.target.name === 'dag_run' &&
    value.name !== 'conf'
  );
}
