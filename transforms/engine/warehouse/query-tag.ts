import type { Session, Warehouse } from '../../../warehouse/warehouse.ts';

/** Who sends a statement: shown in the warehouse's query history, so that cost can be told by model and run. */
export interface QueryTag {
  readonly dag?: string | undefined;
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

/** The warehouse, with the tag on each statement, also inside its transactions. */
export function taggedWarehouse(warehouse: Warehouse, tag: QueryTag): Warehouse {
  return {
    ...warehouse,
    ...tagged(warehouse, tag),
    transaction: (work) => warehouse.transaction((session) => work(tagged(session, tag))),
  };
}
