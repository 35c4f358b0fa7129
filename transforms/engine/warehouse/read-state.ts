import type { Row, Session } from '../../../warehouse/warehouse.ts';
import { onlyRow } from './first-rows.ts';
import {
  describeSourceHold,
  toBigint,
  toHeldMark,
  toModelState,
  toPublication,
  toStageHead,
  toStanding,
} from './state.ts';
import type { ModelState, RunState, StageHead } from './state.ts';

/**
 * What each table of the platform's says of the state of things, as rows of one shape: so that all of it is one statement,
 * and one moment. Text and numbers in the order in which {@link readRunState} names them.
 */
const arms = {
  head: `select 'head' as what, cast(null as varchar) as name, cast(null as varchar) as input, h.version as n1,
      s.step as n2, s.watermark as t1, cast(null as varchar) as t2, s.watermark_at as at1, cast(null as timestamp) as at2
    from _meta.head as h cross join _meta.stage_head as s`,
  unstaged: `select 'unstaged', null, null, count(*), 0, null, null, null, null from _meta.loaded_batch
    where batch_id not in (select batch_id from _meta.staged_batch)`,
  model: `select 'model', model, null, rebuilt_at_step, changed_at_step, fingerprint, null, null, null
    from _meta.model_state`,
  lease: `select 'lease', holder, null, epoch, 0, null, null, lease_until, null from _meta.build_lease
    where name = 'build'`,
  last: `select 'last', run_id, null, version, stage_step, source_watermark, models, published_at, source_committed_at
    from _meta.publication where version = (select max(version) from _meta.publication)`,
  consumed: `select 'consumed', model, input, step, 0, null, null, null, null from _meta.model_input`,
  stands: `select 'stands', model, null, version, stage_step, source_watermark, null, source_committed_at, null
    from _meta.model_version`,
  held: `select 'held', model, run_id, 0, stage_step, fingerprint, reasons, since, null from _meta.held_back`,
  keeps: `select distinct 'keeps', model, null, 0, 0, null, null, cast(null as timestamp), cast(null as timestamp)
    from _meta.kept_row`,
  hold: `select 'hold', source || '.' || table_name, null, 0, 0, null, reason, since, null from _meta.source_hold
    where released_at is null`,
} as const;

type Arm = keyof typeof arms;

async function read(session: Session, names: readonly Arm[]): Promise<(arm: Arm) => Row[]> {
  const rows = await session.query(names.map((name) => arms[name]).join('\nunion all\n'));
  return (arm) => rows.filter(({ what }) => what === arm);
}

const ofStaging: readonly Arm[] = ['head', 'unstaged', 'model'];
const ofMarts: readonly Arm[] = [
  ...ofStaging,
  'lease',
  'last',
  'consumed',
  'stands',
  'held',
  'keeps',
  'hold',
];

/** What staging must know before it decides what to do: one statement. */
export async function readStageState(session: Session): Promise<{
  readonly head: StageHead;
  readonly states: ReadonlyMap<string, ModelState>;
  /** Batches that are loaded and not staged. */
  readonly unstaged: number;
}> {
  const of = await read(session, ofStaging);
  return { head: toStageHead(headIn(of)), states: modelStates(of('model')), unstaged: unstagedIn(of) };
}

/**
 * Everything that a run must know: one statement, so that the heads and what goes with them are of one moment. What is
 * newer than them ends in a conflict.
 */
export async function readRunState(session: Session): Promise<RunState> {
  const of = await read(session, ofMarts);
  const head = headIn(of);
  const [last] = of('last');
  return {
    head: toBigint(head?.['n1']),
    stage: toStageHead(head),
    unstaged: unstagedIn(of),
    freeSince: freeSince(onlyRow('_meta.build_lease', of('lease'))),
    last:
      last === undefined
        ? undefined
        : toPublication({
            version: last['n1'] ?? null,
            run_id: last['name'] ?? null,
            published_at: last['at1'] ?? null,
            source_watermark: last['t1'] ?? null,
            source_committed_at: last['at2'] ?? null,
            stage_step: last['n2'] ?? null,
            models: last['t2'] ?? null,
          }),
    models: modelStates(of('model')),
    consumed: consumedIn(of('consumed')),
    standings: new Map(of('stands').map((row) => [nameIn(row), toStanding(row)])),
    held: new Map(of('held').map((row) => [nameIn(row), toHeldMark(row)])),
    keeping: new Set(of('keeps').map(nameIn)),
    sourceHolds: new Map(of('hold').map((row) => [nameIn(row), describeSourceHold(row)])),
  };
}

/** Both heads at once: were there two of either, there would be two rows of them. */
function headIn(of: (arm: Arm) => Row[]): Row | undefined {
  return onlyRow('_meta.head, joined with _meta.stage_head,', of('head'));
}

function freeSince(lease: Row | undefined): bigint | undefined {
  return lease === undefined || lease['name'] !== null ? undefined : toBigint(lease['n1']);
}

function unstagedIn(of: (arm: Arm) => Row[]): number {
  return Number(of('unstaged')[0]?.['n1'] ?? 0);
}

function nameIn(row: Row): string {
  return String(row['name']);
}

function modelStates(rows: readonly Row[]): Map<string, ModelState> {
  return new Map(rows.map((row) => [nameIn(row), toModelState(row)]));
}

function consumedIn(rows: readonly Row[]): Map<string, Map<string, bigint>> {
  const consumed = new Map<string, Map<string, bigint>>();
  for (const row of rows) {
    const inputs = consumed.get(nameIn(row)) ?? new Map<string, bigint>();
    consumed.set(nameIn(row), inputs.set(String(row['input']), toBigint(row['n1'])));
  }
  return consumed;
}
