import { AsyncLocalStorage } from 'node:async_hooks';

/** What a statement is sent for: an adapter puts it where its warehouse tells cost by (Snowflake's QUERY_TAG). */
export interface WorkTag {
  /** The program, so that statements of no run at all are told from other people's. */
  readonly app?: string | undefined;
  readonly dag?: string | undefined;
  readonly task?: string | undefined;
  /** Id of the run of the transform engine. */
  readonly run?: string | undefined;
  /** The version that the run is to publish. */
  readonly publication?: string | undefined;
  readonly model?: string | undefined;
  /** config.query_tag of the model. */
  readonly tag?: string | undefined;
}

const current = new AsyncLocalStorage<WorkTag>();

/** Runs `work` with more said about what its statements are for; what is undefined stays as it was. */
export function withWorkTag<T>(more: WorkTag, work: () => T): T {
  const said = Object.entries(more).filter(([, value]) => value !== undefined);
  return current.run({ ...current.getStore(), ...Object.fromEntries(said) }, work);
}

/** What the present work is for. */
export function workTag(): WorkTag {
  return { app: 'shopwave', ...current.getStore() };
}
