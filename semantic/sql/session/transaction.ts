import { SqlError } from '../sql-error.ts';
import type { TransactionStatus } from '../wire/backend-messages.ts';
import type { Settings, SettingsAt } from './settings.ts';

interface Savepoint {
  readonly name: string;
  readonly settings: SettingsAt;
}

/**
 * One connection's transaction. Nothing is written here, so what begins and ends with it are settings and cursors; and that
 * after an error nothing is answered until it has ended.
 */
export class Transaction {
  private readonly settings: Settings;
  private state: TransactionStatus = 'idle';
  private atBegin: SettingsAt;
  private savepoints: Savepoint[] = [];

  constructor(settings: Settings) {
    this.settings = settings;
    this.atBegin = settings.now;
  }

  get status(): TransactionStatus {
    return this.state;
  }

  /** How many savepoints there are; what is made now belongs to the last of them. */
  get depth(): number {
    return this.savepoints.length;
  }

  /** The statements between two Syncs, or of one string, have ended: outside of a block, they are one transaction. */
  endImplicit(): void {
    if (this.state !== 'idle') return;
    this.settings.keep();
    this.atBegin = this.settings.now;
  }

  begin(): void {
    this.state = 'open';
  }

  fail(): void {
    if (this.state === 'idle') this.settings.restore(this.atBegin);
    else this.state = 'failed';
  }

  /** Whether it was committed: a failed one is rolled back whatever is asked for. */
  end(how: 'commit' | 'rollback'): boolean {
    const isCommitted = how === 'commit' && this.state !== 'failed';
    if (isCommitted) this.settings.keep();
    else this.settings.restore(this.atBegin);
    this.state = 'idle';
    this.savepoints = [];
    this.atBegin = this.settings.now;
    return isCommitted;
  }

  savepoint(name: string): void {
    this.savepoints.push({ name, settings: this.settings.now });
  }

  /** Throws SqlError 3B001. */
  release(name: string): void {
    this.savepoints = this.savepoints.slice(0, this.find(name));
  }

  /** Throws SqlError 3B001. The savepoint itself stays. */
  rollbackTo(name: string): void {
    const at = this.find(name);
    const found = this.savepoints[at];
    this.savepoints = this.savepoints.slice(0, at + 1);
    if (found !== undefined) this.settings.restore(found.settings);
    this.state = 'open';
  }

  private find(name: string): number {
    const at = this.savepoints.findLastIndex((each) => each.name === name);
    if (at < 0) throw new SqlError({ code: '3B001', message: `savepoint "${name}" does not exist` });
    return at;
  }
}
