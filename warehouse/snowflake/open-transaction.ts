import type { RowStatement } from 'snowflake-sdk';
import { ShopwaveError } from '../../lib/errors.ts';
import { warehouseErrors } from '../errors.ts';
import { shown } from '../statement-end.ts';
import type { Link } from './link.ts';
import type { Pulse } from './pulse.ts';
import { changedRows, collectRows } from './result-rows.ts';
import { watched } from './rows-of.ts';
import { snowflakeSession } from './session.ts';
import type { SnowflakeSession } from './session.ts';
import { endsTransaction, scanSql } from './sql-scan.ts';
import { runOnLink } from './statement.ts';
import type { Request, StatementDeps } from './statement.ts';

/** One open transaction: its statements run one after the other, and after the first that fails no more do. */
export class Transaction {
  readonly session: SnowflakeSession;
  private readonly deps: StatementDeps;
  private readonly link: Link;
  private readonly pulse: Pulse;
  private last: Promise<unknown> = Promise.resolve();
  private failure: { readonly error: unknown } | undefined;
  private isOver = false;

  constructor(deps: StatementDeps, link: Link, pulse: Pulse) {
    this.deps = deps;
    this.link = link;
    this.pulse = pulse;
    this.session = snowflakeSession({
      query: (request) => this.inTurn(request, collectRows),
      execute: (request) => this.inTurn(request, changedRows),
    });
  }

  /** Whether it came to nothing because the virtual warehouse was asleep. */
  get wasRefusedAsleep(): boolean {
    const error = this.failure?.error;
    return error instanceof ShopwaveError && error.code === 'WAREHOUSE_SUSPENDED';
  }

  /** No more statements; fails with what the first failed one failed with, though its caller may have let that pass. */
  async end(): Promise<void> {
    this.isOver = true;
    await this.last;
    if (this.failure !== undefined) throw this.failure.error;
  }

  private async inTurn<T>(
    request: Request,
    read: (statement: RowStatement, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (this.isOver) throw refused(request.sql, 'its transaction is over');
    const running = this.last.then(() => this.run(request, read));
    this.last = running.catch(() => {});
    return await running;
  }

  private async run<T>(
    request: Request,
    read: (statement: RowStatement, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (this.failure !== undefined) throw this.failure.error;
    try {
      if (endsTransaction(scanSql(request.sql))) {
        throw refused(
          request.sql,
          'it would end the transaction that it is in: Snowflake commits at any DDL',
        );
      }
      this.pulse.mustBeat(request.sql);
      return await watched(request, this.deps.settings, async (watch) => {
        const result = await read(await runOnLink(this.deps, this.link, request, watch), watch.signal);
        this.pulse.beat();
        // Done before it could be ended; here it can still be undone.
        if (watch.error !== undefined) throw watch.error;
        return result;
      });
    } catch (error) {
      this.failure ??= { error };
      throw error;
    }
  }
}

function refused(sql: string, message: string): Error {
  return warehouseErrors.error('WAREHOUSE_STATEMENT_FAILED', { message, where: shown(sql) });
}
