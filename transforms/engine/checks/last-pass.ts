import type { Row, Session } from '../../../warehouse/warehouse.ts';
import { changedRows } from '../materialize/delta.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { Model } from '../project/model.ts';
import type { OpenIn } from './open-keys.ts';
import { feedTable } from '../warehouse/relations.ts';
import { toBigint } from '../warehouse/state.ts';
import type { ModelState } from '../warehouse/state.ts';

/** A version of the marts and a staging step. */
export interface Point {
  readonly version: bigint;
  readonly stageStep: bigint;
}

/** The state in which a check last passed, and where the keys are that it told of then. */
export interface Pass extends Point {
  readonly open: OpenIn | undefined;
}

/** What checks of their own have passed already, and how far back changes can be read. */
export interface PassHistory {
  /** The newest published state in which a check passed: by {@link passKey}. */
  readonly passes: ReadonlyMap<string, Pass>;
  /** Feeds may be gone up to here. */
  readonly pruned: Point;
}

/** Rows of one shape with those of facts.ts: what, name, detail, n1, n2, at1. */
export const passArms: readonly string[] = [
  `select 'pass' as what, c.unique_id as name, c.definition as detail, max(c.version) as n1, max(c.stage_step) as n2,
     cast(null as timestamp) as at1
   from _meta.check_pass as c
   join _meta.publication as p on p.version = c.version and p.run_id = c.run_id
   group by c.unique_id, c.definition`,
  `select 'open ' || k.kind, k.unique_id, k.run_id, k.version, 0, null
   from _meta.open_key as k
   join _meta.publication as p on p.version = k.version and p.run_id = k.run_id
   group by k.kind, k.unique_id, k.run_id, k.version`,
  `select 'pruned', null, null, version, stage_step, null from _meta.pruned`,
];

/** One statement. */
export async function readPassHistory(session: Session): Promise<PassHistory> {
  return passHistoryIn(await session.query(passArms.join(' union all ')));
}

export function passHistoryIn(rows: readonly Row[]): PassHistory {
  const pointIn = (row: Row): Point => ({ version: toBigint(row['n1']), stageStep: toBigint(row['n2']) });
  const pruned = rows.find(({ what }) => what === 'pruned');
  const passes = rows.filter(({ what }) => what === 'pass');
  const openAt = new Map(rows.flatMap(openIn));
  return {
    passes: new Map(
      passes.map((row) => {
        const point = pointIn(row);
        const open = openAt.get(`${String(row['name'])} ${point.version}`);
        return [passKey(String(row['name']), String(row['detail'])), { ...point, open }] as const;
      }),
    ),
    pruned: pruned === undefined ? { version: 0n, stageStep: 0n } : pointIn(pruned),
  };
}

function openIn({ what, name, detail, n1 }: Row): Array<readonly [string, OpenIn]> {
  const kind = what === 'open day' ? 'day' : what === 'open number' ? 'number' : undefined;
  if (kind === undefined) return [];
  const uniqueId = String(name);
  return [[`${uniqueId} ${toBigint(n1)}`, { uniqueId, runId: String(detail), kind }]];
}

/** A check whose text has changed since has never passed. */
export function passKey(uniqueId: string, definition: string): string {
  return `${uniqueId} ${definition}`;
}

/**
 * A relation of a model's rows that changed since a check last passed: before and after images, this run's included.
 * Undefined where that is not known, and then the check looks at everything: the model is built whole, was rebuilt
 * since, or has no changes to read any more.
 */
export function changedSince(
  run: BuildRun,
  model: Model,
  state: ModelState | undefined,
  since: Point | undefined,
  pruned: Point,
): string | undefined {
  const delta = run.deltas.get(model.name);
  if (since === undefined || state === undefined || delta?.kind === 'full') return undefined;
  const { kind } = model.materialization;
  if (kind === 'view' || kind === 'ephemeral') return undefined;
  const of = (point: Point): bigint => (model.layer === 'staging' ? point.stageStep : point.version);
  const from = of(since);
  const hasChanged = state.changedAtStep > from;
  if (state.rebuiltAtStep > from || (hasChanged && of(pruned) > from)) return undefined;
  const upTo = of({ version: run.version, stageStep: run.stageStep });
  const parts = [
    ...(hasChanged
      ? [
          `select * exclude (_step, _image) from ${feedTable(model)} where _step > ${from} and _step <= ${upTo}`,
        ]
      : []),
    ...(delta === undefined
      ? []
      : (['removed', 'added'] as const).map((part) => `select * from ${changedRows(run, model, part)}`)),
  ];
  if (parts.length === 0) return `(select * exclude (_step, _image) from ${feedTable(model)} where 1 = 0)`;
  return `(${parts.join(' union all ')})`;
}
