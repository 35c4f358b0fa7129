import type { Binding, Field, Format, Rows } from '../engine.ts';

/** A statement that was understood and may be run. */
export interface Command {
  /** OIDs. */
  readonly parameterTypes: readonly number[];
  /** Undefined where it gives no rows. */
  readonly fields: readonly Field[] | undefined;
  /** Throws SqlError, or a ShopwaveError of the semantic layer. */
  readonly run: (binding: Binding) => Promise<Outcome>;
  /** In which its rows come whatever was asked for: those of a cursor that was declared as binary. */
  readonly format?: Format | undefined;
}

/** What running gives; `tag` is what CommandComplete tells. */
export type Outcome =
  | { readonly kind: 'done'; readonly tag: string }
  | { readonly kind: 'rows'; readonly rows: Rows; readonly tag: (rows: number) => string }
  | { readonly kind: 'copy'; readonly rows: Rows; readonly copy: CopyOut };

/** How rows are written by COPY. */
export interface CopyOut {
  readonly format: Format;
  readonly columns: number;
  /** What goes before the first row; nothing where it is empty. */
  readonly head: Buffer;
  /** What the first message after that has before its row. */
  readonly lead: Buffer;
  /** Whole DataRow messages as CopyData messages. */
  readonly encode: (rows: Buffer) => Buffer;
  readonly tail: Buffer;
}

/** A command without parameters and rows. */
export function plainCommand(run: () => Promise<string> | string): Command {
  return {
    parameterTypes: [],
    fields: undefined,
    run: async () => ({ kind: 'done', tag: await run() }),
  };
}
