import type { Row } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import type { Project } from '../project/model.ts';
import { failingRows } from './check.ts';
import type { Check } from './check.ts';

/** Rows kept of one check and run: enough to find out what is wrong, too few to copy a table. */
export const mostFailingRows = 50;

/** Some of the rows that fail a check. One statement, and only for a check that did not pass. */
export async function readFailingRows({ warehouse }: EngineContext, check: Check): Promise<readonly Row[]> {
  return await warehouse.query(
    `select * from (${failingRows(check)}\n) as failures limit ${mostFailingRows}`,
  );
}

/**
 * What of failing rows may be kept and shown: nothing that any model of the project calls personal. Of raw and staged
 * rows, which are whole and whose columns nobody has classified, only what tells them apart.
 */
export function shownRows(
  project: Project,
  check: Pick<Check, 'kind' | 'model' | 'keys'>,
  rows: readonly Row[],
): Row[] {
  const isPersonal = personalColumns(project);
  const layer = project.models.get(check.model)?.layer;
  const isClassified = check.kind === 'singular' || (layer !== undefined && layer !== 'staging');
  const isShown = (column: string): boolean =>
    !isPersonal.has(column) && (isClassified || check.keys.includes(column) || isTelling(column));
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => isShown(column))));
}

/** Ids, keys, counts, and the platform's own columns. */
function isTelling(column: string): boolean {
  return column !== '_data' && /^(_|n_records$)|(^|_)(id|key|date|place)$/.test(column);
}

const known = new WeakMap<Project, ReadonlySet<string>>();

function personalColumns(project: Project): ReadonlySet<string> {
  const found = known.get(project) ?? new Set(namesOf(project));
  known.set(project, found);
  return found;
}

function namesOf({ models }: Project): string[] {
  return [...models.values()].flatMap(({ columns }) =>
    columns.filter(({ meta }) => isClosed(meta['classification'])).map(({ name }) => name),
  );
}

const open: readonly unknown[] = [undefined, 'public', 'internal'];

/** A class that nobody has heard of is kept back too. */
function isClosed(classification: unknown): boolean {
  return !open.includes(classification);
}
