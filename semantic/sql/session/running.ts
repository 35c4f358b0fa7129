import type { SqlErrorFields } from '../sql-error.ts';
import { SqlError } from '../sql-error.ts';
import { untilAborted } from './aborting.ts';
import { timeMs } from './own-settings.ts';
import type { Portal } from './portal.ts';
import type { SessionOptions, SessionState } from './session-state.ts';

/** What one connection runs at the moment; ends it when it is cancelled or takes too long, and writes it down. */
export class Running {
  private readonly options: SessionOptions;
  private readonly state: SessionState;
  private controller: AbortController | undefined;
  private ended: Error | undefined;
  private startMs = 0;

  constructor(options: SessionOptions, state: SessionState) {
    this.options = options;
    this.state = state;
  }

  /** Something of a client is about to be answered. Executing goes on with what binding has begun. */
  begin(isExecuting: boolean): void {
    this.startMs = performance.now();
    if (!isExecuting) this.state.actedFor = undefined;
  }

  cancel(error: SqlError): void {
    this.controller?.abort(error);
  }

  /** Ends what runs, and all that is to run. */
  close(error: Error): void {
    this.ended = error;
    this.controller?.abort(error);
  }

  /** Does something that the controller ends: when it is cancelled, or after `statement_timeout`. */
  async within<T>(controller: AbortController, work: () => Promise<T>): Promise<T> {
    if (this.ended !== undefined) throw this.ended;
    this.controller = controller;
    const limit = this.state.context.settings.effective.get('statement_timeout');
    const limitMs = limit === undefined ? 0 : (timeMs(limit) ?? 0);
    const timer = limitMs === 0 ? undefined : setTimeout(() => controller.abort(timedOut()), limitMs);
    try {
      return await untilAborted(work(), controller.signal);
    } finally {
      clearTimeout(timer);
      this.controller = undefined;
    }
  }

  /** Runs a portal, and writes down that it was. */
  async run(portal: Portal, most: number, isDescribed: boolean): Promise<void> {
    const { out } = this.options;
    const isNoticed = this.state.hears('notice');
    try {
      const rows = await this.within(portal.ending, () => portal.run(out, { most, isDescribed, isNoticed }));
      this.write({ rows, statement: kindOf(portal) });
    } catch (error) {
      portal.close();
      throw error;
    }
  }

  /** Writes down a statement that has failed. What a client is told of it may hold values, and is not written. */
  wroteError({ code }: SqlErrorFields, error: unknown): void {
    this.write({ sqlState: code });
    if (code === 'XX000') this.options.logger.error('a statement failed for an unknown reason', { error });
  }

  private write(fields: Readonly<Record<string, unknown>>): void {
    const { logger, connected, processId } = this.options;
    const { tag, actedFor } = this.state;
    logger.info('sql statement', {
      user: connected.name,
      ...(actedFor === undefined ? {} : { actedFor }),
      ...(tag === undefined ? {} : { tag }),
      connection: processId,
      durationMs: Math.round((performance.now() - this.startMs) * 10) / 10,
      ...fields,
    });
  }
}

/** `SelectStmt`, `FetchStmt`, ...: what is run, without what it says. */
function kindOf({ statement }: Portal): string {
  return Object.keys(statement?.node ?? {})[0] ?? '';
}

function timedOut(): SqlError {
  return new SqlError({ code: '57014', message: 'canceling statement due to statement timeout' });
}
