import { renderModel } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import { defaultTestConfig } from '../project/properties.ts';
import { rawTable, stateTable } from '../warehouse/relations.ts';
import type { Check } from './check.ts';

/**
 * R8, raw to staging: every key of the batches staged since the last publication stands in staging at its newest
 * position or a later one. One check a table; written against what staging should have done, not by what it did.
 */
export async function stagingChecks(context: EngineContext, recentRaw: string): Promise<Check[]> {
  const { project, warehouse } = context;
  const checks: Check[] = [];
  for (const model of project.models.values()) {
    const { materialization } = model;
    if (materialization.kind !== 'latest' && materialization.kind !== 'history') continue;
    const raw = await renderModel(project, model.name, {
      dialect: warehouse.capabilities.dialect,
      relation: (name) => name,
      source: (source) => `(select * from ${rawTable(source)} where ${recentRaw})`,
    });
    const key = materialization.uniqueKey;
    const place = `max(_position || lpad(cast(_ordinal as varchar), 12, '0')) as place`;
    // Staging is first narrowed to the keys asked for: comparing places with all of it would cost its whole history.
    const sql = `with newest as (select ${key}, ${place} from (${raw}) as raw_rows group by ${key}),
      standing as (select ${key}, ${place} from ${stateTable(model)}
        where ${key} in (select ${key} from newest) group by ${key})
      select newest.* from newest left join standing on standing.${key} = newest.${key}
      where standing.place is null or standing.place < newest.place`;
    checks.push({
      uniqueId: `test.${project.name}.r8_raw_in_staging_${model.name}`,
      model: model.name,
      name: 'r8_raw_in_staging',
      refs: [model.name],
      probe: { kind: 'query', sql },
      config: defaultTestConfig,
      keys: [key],
      storeAs: undefined,
      definition: undefined,
    });
  }
  return checks;
}
