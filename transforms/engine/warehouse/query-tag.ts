import type { Session, Warehouse } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';

/** Who sends a statement: shown in the warehouse's query history, so that cost can be told by model and run. */
export interface QueryTag {
  /** The program, so that statements of no run at all are told from other people's. */
  readonly app?: string | undefined;
  readonly dag?: string | undefined;
  readonly task?: string | undefined;
  readonly model?: string | undefined;
  readonly run?: string | undefined;
  /** config.query_tag of the model. */
  readonly tag?: string | undefined;
}

/**
 * A tag as a leading SQL comment, which every engine takes; an adapter with query tags of its own may move it there.
 * Slashes and stars are escaped, so that no value can end the comment.
 */
export function tagComment(tag: QueryTag): string {
  const json = JSON.stringify(tag).replaceAll('*', '\\u002a').replaceAll('/', '\\u002f');
  return json === '{}' ? '' : `/* ${json} */ `;
}

/** The session, with the tag on each statement. */
export function tagged(session: Session, tag: QueryTag): Session {
  const comment = tagComment(tag);
  return {
    query: (sql, params) => session.query(comment + sql, params),
    execute: (sql, params) => session.execute(comment + sql, params),
  };
}

/** What a tagged warehouse was made of. */
const known = new WeakMap<Warehouse, { readonly plain: Warehouse; readonly tag: QueryTag }>();

/**
 * The warehouse, with the tag on each statement, also inside its transactions. A warehouse that has a tag gets one that
 * says more: a statement carries one comment only.
 */
export function taggedWarehouse(warehouse: Warehouse, more: QueryTag): Warehouse {
  const before = known.get(warehouse);
  const plain = before?.plain ?? warehouse;
  const tag = { ...before?.tag, ...more };
  const result: Warehouse = {
    ...plain,
    ...tagged(plain, tag),
    transaction: (work) => plain.transaction((session) => work(tagged(session, tag))),
  };
  known.set(result, { plain, tag });
  return result;
}

/** A context whose statements carry the tag, besides what they carry already. */
export function taggedContext(context: EngineContext, tag: QueryTag): EngineContext {
  return { ...context, warehouse: taggedWarehouse(context.warehouse, tag) };
}

/** What BuildOptions.requestedBy, `dag/run/task` where a task asks, says of the statements that are run for it. */
export function requestTag(requestedBy: string | undefined): QueryTag {
  const [dag, ...rest] = requestedBy?.split('/') ?? [];
  return { dag, ...(rest.length > 1 ? { task: rest.at(-1) } : {}) };
}
