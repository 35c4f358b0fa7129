import { renderModel } from '../compile/compile.ts';
import type { CompileScope } from '../compile/compile.ts';
import { hashSalt } from '../project/environment.ts';
import { mustModel } from '../project/laws.ts';
import type { Project } from '../project/model.ts';
import { scd2Statement } from './scd2.ts';

/**
 * The SELECT that fills a model's table: as authored, and for a slowly changing dimension wrapped into versions. What
 * compiles, unit-tests or explains a model uses this and not renderModel.
 */
export async function renderStatement(project: Project, name: string, scope: CompileScope): Promise<string> {
  const sql = await renderModel(project, name, scope);
  const { materialization } = mustModel(project, name);
  return materialization.kind === 'scd2'
    ? scd2Statement(materialization, sql, scope, hashSalt(project.authoring.environment))
    : sql;
}
