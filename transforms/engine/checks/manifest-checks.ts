import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { EngineContext } from '../context.ts';
import { defaultTestConfig } from '../project/properties.ts';
import { rawTable } from '../warehouse/relations.ts';
import type { Check } from './check.ts';
import type { CheckFacts } from './facts.ts';
import { recentBatches, recentRawCondition } from './rows-under-test.ts';

/**
 * R8, source to raw: a batch holds as many rows of a table as its manifest recorded when the source was read. One check a
 * table of which anything was loaded since the last publication: batches before that were counted before they were
 * published. It holds back what is made from the table.
 */
export function manifestChecks(
  { project }: EngineContext,
  { loaded, recentSince, isFirst }: CheckFacts,
): Check[] {
  const recentRaw = recentRawCondition(recentSince);
  return [...project.models.values()].flatMap((model): Check[] => {
    const [source] = model.sources;
    if (model.layer !== 'staging' || source === undefined || !loaded.has(source)) return [];
    const [of = '', table = ''] = source.split('.');
    // A snapshot has a chain of its own, and the tables of its source.
    const chains = [of, `${of}_snapshots`].map(quoteLiteral).join(', ');
    const sql = `select l.batch_id, l.manifest_rows, coalesce(r.raw_rows, 0) as raw_rows
      from (select batch_id, sum(row_count) as manifest_rows from _meta.load_ledger
        where source in (${chains}) and table_name = ${quoteLiteral(table)} and batch_id in (${recentBatches})
        group by batch_id) as l
      left join (select _batch_id, count(*) as raw_rows from ${rawTable(source)}
        where ${recentRaw} group by _batch_id) as r on r._batch_id = l.batch_id
      where l.manifest_rows <> coalesce(r.raw_rows, 0)`;
    return [
      {
        uniqueId: `test.${project.name}.r8_manifest_in_raw_${model.name}`,
        model: model.name,
        name: 'r8_manifest_in_raw',
        kind: 'loaded',
        refs: [model.name],
        probe: { kind: 'query', sql },
        config: defaultTestConfig,
        keys: ['batch_id', 'manifest_rows', 'raw_rows'],
        storeAs: undefined,
        definition: undefined,
        isWhole: isFirst,
      },
    ];
  });
}
