import type { Dialect } from '../dialect/dialect.ts';
import { mustModel } from '../project/laws.ts';
import type { Project } from '../project/model.ts';
import { publishedRelation, rawTable } from '../warehouse/relations.ts';
import type { CompileScope } from './scope.ts';

/** Names stand for what is published. Nothing is asked of the warehouse: run_query needs a `runQuery` besides. */
export function publishedScope(project: Project, dialect: Dialect): CompileScope {
  return {
    dialect,
    relation: (name) => publishedRelation(mustModel(project, name)),
    source: rawTable,
  };
}
