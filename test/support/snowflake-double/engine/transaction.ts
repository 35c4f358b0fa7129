import type { LockOwner } from './locks.ts';
import type { Load, Table } from './catalog.ts';

/** What a transaction has made of a table: rows beside those that are committed, or a version of its own. */
export interface Change {
  readonly kind: 'added' | 'own';
  readonly table: Table;
  readonly version: string;
  /** By TRUNCATE or INSERT OVERWRITE: COPY forgets what it has loaded. */
  readonly forgetsLoads: boolean;
}

/** A transaction in flight; a statement outside of any is one by itself. */
export class Transaction implements LockOwner {
  readonly id: string;
  readonly isExplicit: boolean;
  readonly name: string;
  /** By the table's id. */
  readonly changes = new Map<string, Change>();
  /** Files it has loaded: the table's memory of them at its commit. */
  readonly loads: { readonly table: Table; readonly path: string; readonly load: Load }[] = [];
  isAborted = false;
  /** When its last statement ended; undefined while one runs. */
  idleSinceMs: number | undefined;

  constructor(id: string, isExplicit: boolean, name: string) {
    this.id = id;
    this.isExplicit = isExplicit;
    this.name = name;
  }
}
