import type { Row } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun, ModelDelta } from '../materialize/delta.ts';
import { keyingOf } from '../project/model.ts';
import { deltaRelation } from '../warehouse/relations.ts';
import type { ModelPreview } from './request.ts';

/** Changed keys shown per model. */
const sampleKeys = 5;

/** What a dry run would change, model by model, with a few rows before and after. */
export async function previewDeltas(context: EngineContext, run: BuildRun): Promise<ModelPreview[]> {
  const previews: ModelPreview[] = [];
  for (const delta of run.deltas.values()) previews.push(await previewOne(context, run, delta));
  return previews;
}

async function previewOne(context: EngineContext, run: BuildRun, delta: ModelDelta): Promise<ModelPreview> {
  const { model, removed, added } = delta;
  const keying = keyingOf(model);
  const counts = { model: model.name, removed, added };
  if (keying === undefined || delta.kind === 'full') return { ...counts, keysTouched: null, sample: [] };
  const [row] = await context.warehouse.query(
    `select count(*) as n from ${deltaRelation(model, 'touched', run.id)}`,
  );
  return {
    ...counts,
    keysTouched: Number(row?.['n'] ?? 0),
    sample: await sampleOf(context, run, delta, keying.uniqueKey),
  };
}

async function sampleOf(
  context: EngineContext,
  run: BuildRun,
  { model }: ModelDelta,
  key: string,
): Promise<ModelPreview['sample']> {
  const removed = deltaRelation(model, 'removed', run.id);
  const added = deltaRelation(model, 'added', run.id);
  const keys = `select distinct ${key} from (select ${key} from ${removed} union all select ${key} from ${added}) as changed
    order by ${key} limit ${sampleKeys}`;
  const rowsOf = async (relation: string): Promise<Map<string, Row>> => {
    const rows = await context.warehouse.query(`select * from ${relation} where ${key} in (${keys})`);
    return new Map(rows.map((each) => [String(each[key]), each]));
  };
  const [before, after] = await Promise.all([rowsOf(removed), rowsOf(added)]);
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().map((each) => ({
    key: each,
    before: before.get(each) ?? null,
    after: after.get(each) ?? null,
  }));
}
