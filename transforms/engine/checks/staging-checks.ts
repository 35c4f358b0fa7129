import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import { renderModel } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import { defaultTestConfig } from '../project/properties.ts';
import type { Model } from '../project/model.ts';
import { isMark, placeOf } from '../stage/changes.ts';
import { keyTextOf } from '../stage/set-aside.ts';
import { rawTable, stateTable } from '../warehouse/relations.ts';
import type { Check } from './check.ts';
import type { CheckFacts } from './facts.ts';
import { recentRawCondition } from './rows-under-test.ts';

/**
 * R8, raw to staging: every key of the batches staged since the last publication stands in staging at its newest
 * position or a later one. One check a table; written against what staging should have done, not by what it did. Rows in
 * quarantine are known not to stand there, and are counted elsewhere.
 */
export async function stagingChecks(
  context: EngineContext,
  { recentSince, quarantined, isFirst }: CheckFacts,
): Promise<Check[]> {
  const { project, warehouse } = context;
  const checks: Check[] = [];
  const recentRaw = recentRawCondition(recentSince);
  for (const model of project.models.values()) {
    const { materialization } = model;
    if (materialization.kind !== 'latest' && materialization.kind !== 'history') continue;
    const over = (condition: string): Promise<string> =>
      renderModel(project, model.name, {
        dialect: warehouse.capabilities.dialect,
        relation: (name) => name,
        source: (source) => `(select * from ${rawTable(source)} where ${condition})`,
      });
    const keyed = `${recentRaw} and not (${isMark})`;
    const raw = quarantined.has(model.name)
      ? await over(`${keyed} and not ${await isQuarantined(context, model, over)}`)
      : await over(keyed);
    const key = materialization.uniqueKey;
    // A row of a snapshot that says what is known moves nothing: its key must be there, and at no place of its own.
    const place = `max(case when _op = 'r' then '' else ${placeOf()} end) as place`;
    // Staging is first narrowed to the keys asked for: comparing places with all of it would cost its whole history.
    const sql = `with newest as (select ${key}, ${place} from (${raw}) as raw_rows group by ${key}),
      standing as (select ${key}, max(${placeOf()}) as place from ${stateTable(model)}
        where ${key} in (select ${key} from newest) group by ${key})
      select newest.* from newest left join standing on standing.${key} = newest.${key}
      where standing.place is null or standing.place < newest.place`;
    checks.push({
      uniqueId: `test.${project.name}.r8_raw_in_staging_${model.name}`,
      model: model.name,
      name: 'r8_raw_in_staging',
      kind: 'staged',
      refs: [model.name],
      probe: { kind: 'query', sql },
      config: defaultTestConfig,
      keys: [key],
      storeAs: undefined,
      definition: undefined,
      isWhole: isFirst,
    });
  }
  return checks;
}

/** The condition on a raw row that it stands in quarantine; rows of a snapshot share their place, and have a key each. */
async function isQuarantined(
  { warehouse }: EngineContext,
  model: Model,
  over: (condition: string) => Promise<string>,
): Promise<string> {
  const keyText = keyTextOf(model, await over('1 = 1'), warehouse.capabilities.dialect);
  const isSameKey = keyText === undefined ? '' : ` and q.key_text is not distinct from ${keyText}`;
  return `exists (select 1 from _meta.quarantine as q
    where q.model = ${quoteLiteral(model.name)} and q.status in ('open', 'discarded')
      and q.position = _position and q.ordinal = _ordinal${isSameKey})`;
}
