import { fileURLToPath } from 'node:url';
import { systemClock } from '../../lib/clock.ts';
import { createTransforms } from '../../transforms/engine/transforms.ts';
import type { Transforms } from '../../transforms/engine/transforms.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { atMost, machine } from '../figure.ts';
import type { Area, Figure } from '../figure.ts';
import { loadChanges } from './change-batch.ts';
import { countedWarehouse, totalOf } from './counted-warehouse.ts';
import type { CountedWarehouse, Counts } from './counted-warehouse.ts';
import { fillHistory } from './history.ts';
import { scaleOf } from './scale.ts';
import { stepsIn } from './steps.ts';

const lines = 2_700;
const linesInTick = 270;

const silent = { debug: noop, info: noop, warn: noop, error: noop, child: () => silent };
function noop(): void {}

/** A tick of some kind: the models that it changed, and what it sent. */
export interface TickCount {
  readonly kind: string;
  readonly changed: number;
  readonly counts: Counts;
}

/** Three statements a changed model, and six. */
export function barOf({ changed }: Pick<TickCount, 'changed'>): number {
  return changed === 0 ? 0 : 3 * changed + 6;
}

export const statements: Area = {
  name: 'statements',
  about: 'statements that ticks send to Snowflake, by kind, played on DuckDB',
  measure: async (say) => (await countTicks(say)).map(toFigure),
};

function toFigure({ kind, changed, counts }: TickCount): Figure {
  const parts = [...counts].map(([name, n]) => `${n} ${name}`).join(', ');
  const base = { area: 'statements', figure: `${kind}, ${changed} models changed`, unit: 'statements' };
  return atMost(
    { ...base, value: totalOf(counts), setup: `${parts === '' ? 'none' : parts}; ${machine()}` },
    barOf({ changed }),
  );
}

/** Counts a tick with changes, one at rest, and one of a process that has just begun. */
export async function countTicks(say: (text: string) => void = noop): Promise<readonly TickCount[]> {
  const duckdb = await openDuckdbWarehouse({ path: ':memory:', threads: 1 });
  const warehouse = countedWarehouse(duckdb);
  try {
    const transforms = await engineOn(warehouse);
    const scale = scaleOf(lines);
    await fillHistory(duckdb, transforms, scale, await stepsIn(duckdb, say));
    await transforms.build({ threads: 1 });
    const change = async (): Promise<unknown> => await loadChanges(duckdb, scale, linesInTick);
    // What a process asks once is asked in the first tick.
    await change();
    await tick(warehouse, transforms, 'first');
    await change();
    const counted = await tick(warehouse, transforms, 'five-minute tick');
    warehouse.take();
    await transforms.isBehind();
    const rest: TickCount = { kind: 'tick at rest', changed: 0, counts: warehouse.take() };
    return [...counted, rest];
  } finally {
    await duckdb.close();
  }
}

async function engineOn(warehouse: CountedWarehouse): Promise<Transforms> {
  return await createTransforms({
    warehouse,
    projectFolder: fileURLToPath(new URL('../../transforms', import.meta.url)),
    clock: systemClock,
    logger: silent,
    onProgress: noop,
  });
}

async function tick(
  warehouse: CountedWarehouse,
  transforms: Transforms,
  kind: string,
): Promise<readonly TickCount[]> {
  warehouse.take();
  await transforms.stage();
  const staged = warehouse.take();
  const [step] = await warehouse.query(
    `select count(*) as n from _meta.model_state
     where model like 'stg_%' and changed_at_step = (select step from _meta.stage_head)`,
  );
  warehouse.take();
  const { models } = await transforms.build({ threads: 1 });
  const built = warehouse.take();
  const changedStaging = Number(step?.['n']);
  const changedMarts = models.filter(({ status }) => status === 'published').length;
  return [
    { kind: `${kind}: stage`, changed: changedStaging, counts: staged },
    { kind: `${kind}: build`, changed: changedMarts, counts: built },
    { kind, changed: changedStaging + changedMarts, counts: sumOf(staged, built) },
  ];
}

function sumOf(left: Counts, right: Counts): Counts {
  const names = new Set([...left.keys(), ...right.keys()]);
  const sum = (name: string): number => (left.get(name) ?? 0) + (right.get(name) ?? 0);
  return new Map([...names].map((name) => [name, sum(name)]));
}
