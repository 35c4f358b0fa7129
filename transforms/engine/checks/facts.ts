import { isRetryable } from '../../../lib/errors.ts';
import type { Row } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { changedRows } from '../materialize/delta.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { mustModel } from '../project/laws.ts';
import type { Model } from '../project/model.ts';
import { toBigint } from '../warehouse/state.ts';
import type { ModelState } from '../warehouse/state.ts';
import { parentModel } from './declared-check.ts';
import { passArms, passHistoryIn } from './last-pass.ts';
import type { PassHistory } from './last-pass.ts';
import { recentBatches } from './rows-under-test.ts';

/** What the checks of a run go by. */
export interface CheckFacts {
  /** When the oldest batch staged since the last publication was loaded; undefined where there is none. */
  readonly recentSince: string | undefined;
  /** Nothing was published yet: every batch is recent. */
  readonly isFirst: boolean;
  /** Tables (`shop.orders`) of which a batch staged since the last publication holds rows, by the ledger of loads. */
  readonly loaded: ReadonlySet<string>;
  /** Models of which rows stand in quarantine, or were given up. */
  readonly quarantined: ReadonlySet<string>;
  readonly history: PassHistory;
  readonly states: ReadonlyMap<string, ModelState>;
  /** Whether a parent that loses rows has lost any value of a column. */
  readonly isLost: (parent: string, field: string) => boolean;
}

/** A column of a model that others refer to, and which a run takes rows away from. */
interface Referred {
  readonly parent: Model;
  readonly field: string;
}

const arms: readonly string[] = [
  `select 'since' as what, cast(null as varchar) as name, cast(null as varchar) as detail, cast(0 as bigint) as n1,
     cast(0 as bigint) as n2, min(loaded_at) as at1
   from _meta.loaded_batch where batch_id in (${recentBatches})`,
  `select 'published', null, null, count(*), 0, null from _meta.publication`,
  `select distinct 'loaded', replace(source, '_snapshots', ''), table_name, 0, 0, cast(null as timestamp)
   from _meta.load_ledger where row_count > 0 and batch_id in (${recentBatches})`,
  `select distinct 'quarantined', model, null, 0, 0, cast(null as timestamp) from _meta.quarantine
   where status in ('open', 'discarded')`,
  `select 'model', model, fingerprint, rebuilt_at_step, changed_at_step, null from _meta.model_state`,
  ...passArms,
];

/**
 * All of it in one statement. A batch rarely takes a key away, and looking for who names it reads whole tables: so it is
 * asked first whether one went, once for all that refer to it.
 */
export async function readCheckFacts(context: EngineContext, run: BuildRun): Promise<CheckFacts> {
  const referred = referredIn(context, run);
  const ask = (all: readonly string[]): Promise<Row[]> => context.warehouse.query(all.join('\nunion all\n'));
  const lost = referred.map((each, index) => lostArm(run, each, index));
  try {
    const rows = await ask([...arms, ...lost]);
    const counts = new Map(
      rowsOf(rows, 'lost').map((row) => [String(row['name']), Number(row['n1'])] as const),
    );
    const places = new Map(
      referred.map(({ parent, field }, index) => [`${parent.name}.${field}`, index] as const),
    );
    const isLost = (parent: string, field: string): boolean =>
      (counts.get(String(places.get(`${parent}.${field}`))) ?? 1) > 0;
    return factsIn(rows, isLost);
  } catch (error) {
    if (isRetryable(error) || lost.length === 0) throw error;
    // A column that is not there is the check's own error to tell.
    return factsIn(await ask(arms), () => true);
  }
}

function factsIn(rows: readonly Row[], isLost: CheckFacts['isLost']): CheckFacts {
  const since = rowsOf(rows, 'since')[0]?.['at1'];
  return {
    recentSince: typeof since === 'string' ? since : undefined,
    isFirst: Number(rowsOf(rows, 'published')[0]?.['n1'] ?? 0) === 0,
    loaded: new Set(rowsOf(rows, 'loaded').map(({ name, detail }) => `${String(name)}.${String(detail)}`)),
    quarantined: new Set(rowsOf(rows, 'quarantined').map(({ name }) => String(name))),
    history: passHistoryIn(rows),
    states: new Map(
      rowsOf(rows, 'model').map((row) => [
        String(row['name']),
        {
          fingerprint: String(row['detail']),
          rebuiltAtStep: toBigint(row['n1']),
          changedAtStep: toBigint(row['n2']),
        },
      ]),
    ),
    isLost,
  };
}

function rowsOf(rows: readonly Row[], of: string): Row[] {
  return rows.filter(({ what }) => what === of);
}

function referredIn({ project }: EngineContext, run: BuildRun): Referred[] {
  const found = new Map<string, Referred>();
  for (const test of [...project.models.values()].flatMap(({ tests }) => tests)) {
    const name = test.kind === 'relationships' ? parentModel(test) : undefined;
    const delta = name === undefined ? undefined : run.deltas.get(name);
    const { field } = test.arguments;
    if (name === undefined || typeof field !== 'string') continue;
    if (delta?.kind === 'incremental' && delta.removed > 0)
      found.set(`${name}.${field}`, { parent: mustModel(project, name), field });
  }
  return [...found.values()];
}

function lostArm(run: BuildRun, { parent, field }: Referred, index: number): string {
  return `select 'lost', '${index}', null, count(*), 0, null from (${lostValues(run, parent, field)}) as lost`;
}

/** What was removed and not added again: a version whose end moved keeps its key, and orphans nobody. */
export function lostValues(run: BuildRun, parent: Model, field: string): string {
  const part = (name: 'removed' | 'added'): string => changedRows(run, parent, name);
  return `select ${field} from ${part('removed')} except select ${field} from ${part('added')}`;
}
