import type { Row } from '../../../warehouse/warehouse.ts';
import { ddl } from './account-ddl.ts';
import { grants } from './account-grants.ts';
import { reads } from './account-show.ts';
import { AccountState } from './account-state.ts';

/**
 * A Snowflake account in memory, of objects and rights alone, written from the documentation and from nothing of ours. It
 * refuses statements, properties and rights that it does not know, and names that are not there.
 */
export class AccountDouble {
  readonly sent: string[] = [];

  readonly state: AccountState;

  constructor(state = new AccountState()) {
    this.state = state;
  }

  /** Runs statements as an administrator would, outside of what is tested. */
  run(...statements: readonly string[]): void {
    for (const sql of statements) this.#change(sql);
  }

  readonly execute = (sql: string): Promise<number> => {
    this.sent.push(sql);
    return attempt(() => {
      this.#change(sql);
      return 0;
    });
  };

  readonly query = (sql: string): Promise<Row[]> => {
    this.sent.push(sql);
    return attempt(() => {
      for (const [pattern, answer] of reads) {
        const found = pattern.exec(sql);
        if (found !== null) return answer(this.state, [...found]);
      }
      throw new Error(`unsupported statement: ${sql}`);
    });
  };

  readonly close = (): Promise<void> => Promise.resolve();

  #change(sql: string): void {
    for (const [pattern, handle] of [...ddl, ...grants]) {
      const found = pattern.exec(sql);
      if (found !== null) {
        handle(this.state, [...found]);
        return;
      }
    }
    throw new Error(`unsupported statement: ${sql}`);
  }
}

async function attempt<T>(work: () => T): Promise<T> {
  await Promise.resolve();
  return work();
}
