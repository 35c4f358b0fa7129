import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { DagCallback, DagRunContext } from './authoring/dag-callbacks.ts';
import type { AnyDag } from './authoring/definition.ts';
import { guarded } from './executor/call-back.ts';
import { createMasker } from './secrets/masker.ts';
import type { Masker } from './secrets/masker.ts';
import type { SecretsBackend } from './secrets/secrets-backend.ts';
import { createTaskSecrets, watchedSecrets } from './secrets/task-secrets.ts';
import { claimCallbacks } from './store/dag-callbacks.ts';
import type { DagCallbackKind, DueCallback } from './store/dag-callbacks.ts';
import type { ScheduledDag } from './store/dags.ts';

/** Calls the callbacks of DAGs. */
export interface DagCaller {
  /** Takes those of these DAGs that are due, and calls them; no pass waits for what they do. */
  readonly callDue: (dagIds: readonly string[]) => Promise<void>;
  /** Waits until those that were called have ended, each of which has its limit, or the grace time is over. */
  readonly settled: (graceMs?: number) => Promise<void>;
}

interface CallerInput {
  readonly control: Knex;
  readonly dags: ReadonlyMap<string, ScheduledDag>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly services: unknown;
  readonly secrets: SecretsBackend;
}

const callbacksOf: Readonly<Record<DagCallbackKind, (dag: AnyDag) => readonly DagCallback[]>> = {
  success: ({ onSuccess }) => onSuccess,
  failure: ({ onFailure }) => onFailure,
  deadline: ({ deadline }) => deadline?.callbacks ?? [],
};

const names = {
  success: 'onSuccess',
  failure: 'onFailure',
  deadline: 'the callback of the deadline',
} as const;

/** Creates it; it calls nothing by itself. */
export function createDagCaller(input: CallerInput): DagCaller {
  const calls = new Set<Promise<void>>();
  return {
    callDue: async (dagIds) => {
      for (const due of await claimCallbacks(input.control, dagIds)) {
        const dag = input.dags.get(due.run.dagId)?.dag.definition;
        if (dag === undefined) continue;
        const call = callAll(input, due, callbacksOf[due.kind](dag)).finally(() => calls.delete(call));
        calls.add(call);
      }
    },
    settled: async (graceMs) => {
      const ended = new AbortController();
      const all = Promise.all(calls).finally(() => ended.abort());
      await Promise.race([all, ...(graceMs === undefined ? [] : [input.clock.sleep(graceMs, ended.signal)])]);
    },
  };
}

/** One after the other: what one throws, or does not end, keeps no other from its turn. */
async function callAll(
  input: CallerInput,
  { kind, run }: DueCallback,
  callbacks: readonly DagCallback[],
): Promise<void> {
  const { clock, services } = input;
  const masker = createMasker();
  const logger = masked(input.logger.child({ dag: run.dagId, run: run.runId }), masker);
  const { dagId, runId, runType, state, reason, logicalDate, queuedAt, conf } = run;
  const context: DagRunContext = {
    ...createTaskSecrets(watchedSecrets(input.secrets, masker.add)),
    dagId,
    runId,
    runType,
    state,
    reason,
    logicalDate,
    queuedAt,
    conf,
    dataIntervalStart: run.dataIntervalStart,
    dataIntervalEnd: run.dataIntervalEnd,
    clock,
    logger,
    services,
  };
  for (const callback of callbacks) await guarded(context, names[kind], () => callback(context));
}

function masked(logger: Logger, masker: Masker): Logger {
  const through =
    (level: 'debug' | 'info' | 'warn' | 'error'): Logger['info'] =>
    (message, fields) =>
      logger[level](masker.mask(message), fields === undefined ? undefined : masker.maskDeep(fields));
  return {
    debug: through('debug'),
    info: through('info'),
    warn: through('warn'),
    error: through('error'),
    child: (fields) => masked(logger.child(masker.maskDeep(fields)), masker),
  };
}
