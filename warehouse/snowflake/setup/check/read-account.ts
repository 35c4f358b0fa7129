import { messageOf } from '../../../../lib/errors.ts';
import type { Row, StatementOptions } from '../../../warehouse.ts';
import { setupErrors } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { accountReads } from './account-reads.ts';
import { merged, nothing } from './account.ts';
import type { Account } from './account.ts';
import { detailReads } from './detail-reads.ts';
import type { Read } from './read.ts';
import { schemaReads } from './schema-reads.ts';
import { columnReads, tagReads } from './tag-reads.ts';

/** Runs one statement that reads. */
export type Query = (sql: string, options: StatementOptions) => Promise<readonly Row[]>;

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** After each statement: how many were run, and of how many that are known of. */
  readonly onRead?: ((done: number, total: number) => void) | undefined;
}

type Stage = (plan: Plan, account: Account) => Read[];

/** Each asks about what the ones before have found. */
const toRelations: readonly Stage[] = [accountReads, detailReads, schemaReads, columnReads];

/** Reads all of an account that the plan speaks of; changes nothing. */
export async function readAccount(query: Query, plan: Plan, options: ReadOptions = {}): Promise<Account> {
  return await readStages(query, plan, [...toRelations, tagReads], options);
}

async function readStages(
  query: Query,
  plan: Plan,
  stages: readonly Stage[],
  { signal, onRead }: ReadOptions,
): Promise<Account> {
  let account = nothing;
  let done = 0;
  for (const stage of stages) {
    const reads = stage(plan, account);
    const parts = [account];
    for (const [index, read] of reads.entries()) {
      parts.push(await readOne(query, read, { signal }));
      done += 1;
      onRead?.(done, done + reads.length - index - 1);
    }
    account = merged(parts);
  }
  return account;
}

async function readOne(query: Query, read: Read, options: StatementOptions): Promise<Account> {
  try {
    const rows = await query(read.sql, options);
    return { items: read.items?.(rows) ?? [], relations: read.relations?.(rows) ?? [] };
  } catch (cause) {
    throw setupErrors.error('WAREHOUSE_SETUP_UNREADABLE', {
      message: messageOf(cause),
      where: read.sql,
      cause,
    });
  }
}

/** Tables with their columns, and nothing that takes a running warehouse. */
export async function readRelations(query: Query, plan: Plan, options: ReadOptions = {}): Promise<Account> {
  return await readStages(query, plan, relationStages, options);
}

const relationStages: readonly Stage[] = [
  accountReads,
  (plan, account) => detailReads(plan, account).filter(({ sql }) => sql.startsWith('show schemas')),
  (plan, account) => schemaReads(plan, account).filter(({ relations }) => relations !== undefined),
  columnReads,
];
