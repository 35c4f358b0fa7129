import type { Session } from '../../../warehouse/warehouse.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { Model, Project } from '../project/model.ts';
import { deltaRelation, feedTable } from '../warehouse/relations.ts';
import type { ModelState } from '../warehouse/state.ts';

/** The newest published version in which a check of its own passed, and the staging step that it saw. */
export interface LastPass {
  readonly version: bigint;
  readonly stageStep: bigint;
}

/** Last passes by unique id and definition; a check whose text has changed since has none. */
export async function readLastPasses(session: Session): Promise<Map<string, LastPass>> {
  const rows = await session.query(
    `select c.unique_id, c.definition, max(c.version) as version, max(c.stage_step) as stage_step
     from _meta.check_pass as c
     join _meta.publication as p on p.version = c.version and p.run_id = c.run_id
     group by c.unique_id, c.definition`,
  );
  return new Map(
    rows.map((row) => [
      passKey(String(row['unique_id']), String(row['definition'])),
      { version: BigInt(String(row['version'])), stageStep: BigInt(String(row['stage_step'])) },
    ]),
  );
}

export function passKey(uniqueId: string, definition: string): string {
  return `${uniqueId} ${definition}`;
}

/**
 * A relation of a model's rows that changed since a check last passed: before and after images, this run's included.
 * Undefined where that is not known, and then the check looks at everything: the model is built whole, was rebuilt
 * since, has no feed, or its feed may have been pruned.
 */
export function changedSince(
  project: Project,
  run: BuildRun,
  model: Model,
  state: ModelState | undefined,
  since: LastPass | undefined,
): string | undefined {
  const isStaging = model.layer === 'staging';
  const delta = run.deltas.get(model.name);
  if (since === undefined || state === undefined || delta?.kind === 'full') return undefined;
  if (model.materialization.kind === 'view' || model.materialization.kind === 'ephemeral') return undefined;
  const from = isStaging ? since.stageStep : since.version;
  if (state.rebuiltAtStep > from || (state.changedAtStep > from && prunedUpTo(project, run, model) > from))
    return undefined;
  const upTo = isStaging ? run.stageStep : run.version;
  const published = `select * exclude (_step, _image) from ${feedTable(model)} where _step > ${from} and _step <= ${upTo}`;
  if (delta === undefined) return `(${published})`;
  const pending = (['removed', 'added'] as const).map(
    (part) => `select * from ${deltaRelation(model, part, run.id)}`,
  );
  return `(${[published, ...pending].join(' union all ')})`;
}

/** A feed keeps at least what its slowest reader has not consumed; one without readers is never pruned. */
function prunedUpTo(project: Project, run: BuildRun, model: Model): bigint {
  const steps = [...run.consumed].flatMap(([reader, inputs]) =>
    project.models.has(reader) ? (inputs.get(model.name) ?? []) : [],
  );
  return steps.reduce((low, step) => (step < low ? step : low), steps[0] ?? 0n);
}

