import { looksBack } from './core/past.ts';
import type { RunPlan } from './core/run-plan.ts';
import { hasOuterLimit } from './core/slots.ts';
import type { LoadedDag } from './core/validate-dag.ts';
import type { DagRun, RunKey } from './store/rows.ts';

/**
 * What the next pass has to look at. A pass that looked at every run after each task would cost as much as there are
 * runs: with a hundred of them nine tenths of its work found nothing to do.
 */
export interface Attention {
  /** Anything may have changed, or time has passed. */
  readonly toAll: () => void;
  /** This run has changed. */
  readonly toRun: (key: RunKey) => void;
  /** A run of this DAG has begun or ended: another may be due, or have a place now. */
  readonly toDag: (dagId: string) => void;
  /** What to look at now, as far as there are slots; what is taken is no longer asked for. */
  readonly take: (freeSlots: number) => Asked;
  /** Remembers what a plan has left waiting for something outside of its run. */
  readonly note: (run: DagRun, dag: LoadedDag, plan: RunPlan) => void;
  /** This run was not there to be planned: it has ended by other hands, or another scheduler plans it just now. */
  readonly forget: (key: RunKey) => void;
}

/** What a pass was asked for. */
export type Asked = 'all' | { readonly runs: readonly RunKey[]; readonly dags: ReadonlySet<string> };

/** A run with tasks that wait for slots: of the scheduler alone, or for what other runs may hold or have to do. */
interface HeldRun {
  readonly key: RunKey;
  readonly onOthers: boolean;
  readonly rank: readonly [boolean, number];
}

/** Creates it asking for everything. */
export function createAttention(): Attention {
  let all = true;
  const asked = { runs: new Map<string, RunKey>(), dags: new Set<string>() };
  const held = new Map<string, HeldRun>();
  const nameOf = ({ dagId, runId }: RunKey): string => `${dagId}\n${runId}`;
  return {
    toAll: () => {
      all = true;
    },
    toRun: ({ dagId, runId }) => void asked.runs.set(nameOf({ dagId, runId }), { dagId, runId }),
    toDag: (dagId) => void asked.dags.add(dagId),
    take: (freeSlots) => {
      const taken = new Map(asked.runs);
      const dags = new Set(asked.dags);
      asked.runs.clear();
      asked.dags.clear();
      if (all) {
        all = false;
        return 'all';
      }
      // Who waits for a slot of ours can have no more of them than there are, the oldest first.
      const waiting = freeSlots <= 0 ? [] : [...held.values()].toSorted(olderFirst);
      const forSlots = waiting.filter(({ onOthers }) => !onOthers).slice(0, freeSlots);
      for (const { key } of [...waiting.filter(({ onOthers }) => onOthers), ...forSlots]) {
        taken.set(nameOf(key), key);
      }
      return { runs: [...taken.values()], dags };
    },
    note: (run, { definition }, plan) => {
      const { dagId, runId } = run;
      const onOthers = definition.tasks.some((task) => looksBack(task) || hasOuterLimit(task));
      const isOpen = plan.result === undefined && (plan.held > 0 || onOthers);
      if (!isOpen) return void held.delete(nameOf(run));
      const rank = [run.backfillId !== null, run.runAfter.getTime()] as const;
      held.set(nameOf(run), { key: { dagId, runId }, onOthers, rank });
    },
    forget: (key) => void held.delete(nameOf(key)),
  };
}

function olderFirst({ rank: [fillsA, atA] }: HeldRun, { rank: [fillsB, atB] }: HeldRun): number {
  return fillsA === fillsB ? atA - atB : Number(fillsA) - Number(fillsB);
}
