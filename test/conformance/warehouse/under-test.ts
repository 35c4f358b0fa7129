import { expect, test } from 'vitest';
import type { Warehouse } from '../../../warehouse/warehouse.ts';

/** An empty warehouse of its own. */
export interface WarehouseUnderTest {
  readonly warehouse: Warehouse;
  /** A second door to the same data, as another process has it; the same one where only one process may open it. */
  readonly rival: () => Promise<Warehouse>;
  /** A place for landed files that this warehouse can reach. */
  readonly folder: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** One twin, and what stands in for it. */
export interface Bench {
  readonly open: () => Promise<WarehouseUnderTest>;
  /** What this stand-in cannot do, by the test's name, and why; a test of that name must fail. */
  readonly cannot?: Readonly<Record<string, string>>;
}

/** Registers tests of the suite; one that a stand-in cannot pass is expected to fail, so that the list stays exact. */
export function testsOf({ open, cannot = {} }: Bench) {
  return (name: string, run: (under: WarehouseUnderTest) => Promise<void>): void => {
    const declare = cannot[name] === undefined ? test : test.fails;
    declare(name, async () => {
      await using under = await open();
      await run(under);
    });
  };
}

/** A statement that is wrong; Snowflake tells a table and a column that are not there apart. */
export const refused: unknown = expect.stringMatching(
  /^WAREHOUSE_(STATEMENT_FAILED|OBJECT_MISSING|SHAPE_CHANGED)$/,
);

export type DeclareTest = ReturnType<typeof testsOf>;
