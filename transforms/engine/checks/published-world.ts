import type { CompileScope } from '../compile/compile.ts';
import { publishedScope } from '../compile/published-scope.ts';
import { templateLog } from '../compile/template-log.ts';
import type { EngineContext } from '../context.ts';

/** Names stand for what is published, and templates may ask the warehouse, as they may in a build. */
export function publishedWorld(context: EngineContext): CompileScope {
  const { project, warehouse } = context;
  return {
    ...publishedScope(project, warehouse.capabilities.dialect),
    runQuery: (sql) => warehouse.query(sql),
    onLog: templateLog(context),
  };
}
