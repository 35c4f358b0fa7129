import { fingerprintOf } from '../warehouse/fingerprints.ts';
import type { EngineContext } from '../context.ts';
import { createFromModel } from '../materialize/model-statement.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, stateTable } from '../warehouse/relations.ts';
import type { NewBatches } from './batches.ts';
import { foldWinners } from './fold.ts';
import { isFolded, rawFilter, selecting } from './incoming.ts';
import type { Pending } from './pending.ts';
import { settingAside } from './set-aside.ts';
import { keyingOfStaged } from './staging-models.ts';

/** One staging model with its winners computed: the rows that replace or join what is there. */
export interface Prepared {
  readonly model: Model;
  readonly isRebuild: boolean;
  readonly rows: number;
  readonly fingerprint: string;
  /** Rows of the raw log that could not be staged; they stand in its relation `aside`, which is there where it is defined. */
  readonly aside: number | undefined;
  /** The condition on rows in quarantine that the step has looked at again; undefined where it has not. */
  readonly retried: string | undefined;
  /** Whether some winners take the place of rows of the same key and place in the log. */
  readonly replacesVersions: boolean;
}

interface Made extends Pick<Prepared, 'model' | 'isRebuild' | 'retried' | 'replacesVersions'> {
  readonly hasAside: boolean;
}

/** Computes the winners of every pending model beside its table; those without any are left out. */
export async function prepareModels(
  context: EngineContext,
  run: string,
  batches: NewBatches,
  pending: readonly Pending[],
): Promise<Prepared[]> {
  const made: Made[] = [];
  for (const [done, each] of pending.entries()) {
    const [total, note] = [pending.length, each.model.name];
    context.onProgress({ step: 'stage', state: 'running', done, total, unit: 'models', note });
    made.push(await createWinners(context, run, batches, each));
  }
  const counted = made.map(({ model, hasAside }, index) => {
    const aside = hasAside ? `(select count(*) from ${deltaRelation(model, 'aside', run)})` : '0';
    return `select ${index} as place, count(*) as n, ${aside} as aside from ${deltaRelation(model, 'winners', run)}`;
  });
  const rows = counted.length === 0 ? [] : await context.warehouse.query(counted.join(' union all '));
  const counts = new Map(rows.map((row) => [Number(row['place']), row]));
  return made.flatMap((each, index) => {
    const count = Number(counts.get(index)?.['n'] ?? 0);
    const aside = each.hasAside ? Number(counts.get(index)?.['aside'] ?? 0) : undefined;
    const fingerprint = fingerprintOf(context, each.model.name);
    const isOfUse = count > 0 || each.isRebuild || each.hasAside || each.retried !== undefined;
    return isOfUse ? [{ ...each, rows: count, fingerprint, aside }] : [];
  });
}

async function createWinners(
  context: EngineContext,
  run: string,
  batches: NewBatches,
  pending: Pending,
): Promise<Made> {
  const { model, isRebuild } = pending;
  const { key, isHistory } = keyingOfStaged(model);
  const asked = selecting(context, run, model, rawFilter(batches, pending));
  const isFold = isFolded(pending);
  const hasAside = isFold
    ? await foldWinners(context, batches, pending, asked)
    : await settingAside(context, asked, (select) =>
        createFromModel(
          context,
          model,
          deltaRelation(model, 'winners', run),
          winnersSql(pending, select),
          select,
        ),
      );
  const replacesVersions = isFold && isHistory;
  const made = { model, isRebuild, hasAside, retried: pending.retried, replacesVersions };
  if (isRebuild || (isHistory && !replacesVersions)) return made;
  // Rows that go, looked up beside the table: the transaction needs them twice and must be short.
  const winners = deltaRelation(model, 'winners', run);
  const replaced = replacesVersions
    ? `exists (select 1 from ${winners} as w where w.${key} = s.${key} and w._position = s._position and w._ordinal = s._ordinal)`
    : `s.${key} in (select ${key} from ${winners})`;
  await context.warehouse.execute(
    `create or replace table ${deltaRelation(model, 'old', run)} as
     select s.* from ${stateTable(model)} as s where ${replaced}`,
  );
  return made;
}

/**
 * latest: per key the row with the highest (position, ordinal), if it beats the one already there; arrival order does
 * not matter and the same event twice changes nothing. history: every (key, position, ordinal) not there yet.
 */
function winnersSql({ model, isRebuild }: Pending, select: string): string {
  const { key, isHistory } = keyingOfStaged(model);
  const partition = isHistory ? `${key}, _position, _ordinal` : key;
  const ranked = `select *, row_number() over (partition by ${partition} order by _position desc, _ordinal desc) as _rank
    from (
${select}
) as incoming`;
  if (isRebuild) return `select * exclude (_rank) from (${ranked}) as ranked where _rank = 1`;
  const beats = isHistory
    ? `s.${key} = i.${key} and s._position = i._position and s._ordinal = i._ordinal`
    : `s.${key} = i.${key} and (s._position > i._position or (s._position = i._position and s._ordinal >= i._ordinal))`;
  return `select i.* exclude (_rank) from (${ranked}) as i
    where i._rank = 1 and not exists (select 1 from ${stateTable(model)} as s where ${beats})`;
}
