import { dirname, relative, resolve, sep } from 'node:path';
import type { Project } from '../project/model.ts';

/** A file's path inside the project folder with `/`, as dbt shows it: `models/marts/fct_orders.sql`. */
export function originalPath(project: Pick<Project, 'folder'>, file: string): string {
  const inside = relative(resolve(project.folder), resolve(file));
  return (inside.startsWith('..') ? file : inside).split(sep).join('/');
}

/** dbt's qualified name: project, the folders below models/, seeds/ or tests/, then the resource's own names. */
export function qualifiedName(project: Project, file: string, ...names: readonly string[]): string[] {
  const folders = dirname(originalPath(project, file)).split('/').slice(1);
  return [project.name, ...folders, ...names];
}

/** A path without its first folder: `marts/fct_orders.sql`. */
export function pathBelowRoot(path: string): string {
  return path.split('/').slice(1).join('/');
}
