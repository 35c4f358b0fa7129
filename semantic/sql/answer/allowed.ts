import type { Node } from '@pgsql/types';
import { functionName, walk } from '../planner/ast.ts';
import { positionOf } from '../parse.ts';
import type { FunctionFacts } from '../postgres/catalogue.ts';
import { SqlError } from '../sql-error.ts';

/** Volatile functions that change nothing and wait for nothing. */
const harmless = new Set([
  // Nothing is locked here; pools send it with what a connection is reset by.
  'pg_advisory_unlock_all',
  'clock_timestamp',
  'current_query',
  'gen_random_uuid',
  'pg_blocking_pids',
  'pg_current_xact_id',
  'pg_database_size',
  'pg_get_sequence_data',
  'pg_indexes_size',
  'pg_is_in_recovery',
  'pg_is_wal_replay_paused',
  'pg_jit_available',
  'pg_lock_status',
  'pg_notification_queue_usage',
  'pg_partition_ancestors',
  'pg_partition_tree',
  'pg_relation_size',
  'pg_sequence_last_value',
  'pg_table_size',
  'pg_tablespace_size',
  'pg_total_relation_size',
  'random',
  'timeofday',
  'txid_current',
]);

const written = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

/** Refuses what would change something, wait for something or run a text as SQL. Throws SqlError 25006 or 42501. */
export function mustBeHarmless(tree: Node, text: string, facts: FunctionFacts): void {
  walk(tree, (node) => {
    const [kind = ''] = Object.keys(node);
    if (written.has(kind)) throw readOnly('a statement that writes');
    if ('SelectStmt' in node && node.SelectStmt.intoClause !== undefined) throw readOnly('SELECT INTO');
    if ('SelectStmt' in node && (node.SelectStmt.lockingClause ?? []).length > 0)
      throw readOnly('SELECT FOR UPDATE');
    if ('FuncCall' in node) mustBeHarmlessCall(node, text, facts);
    return 'into';
  });
}

function mustBeHarmlessCall(
  node: Extract<Node, { FuncCall: unknown }>,
  text: string,
  facts: FunctionFacts,
): void {
  const name = functionName(node.FuncCall);
  if (name === undefined || !facts.volatile.has(name) || harmless.has(name)) return;
  throw new SqlError({
    code: '42501',
    message: `permission denied for function ${name}`,
    hint: 'Metrics are read here; functions that change, wait or run other statements are not there.',
    position: positionOf(text, node.FuncCall.location),
  });
}

function readOnly(what: string): SqlError {
  return new SqlError({
    code: '25006',
    message: `cannot execute ${what} in a read-only transaction`,
    hint: 'Metrics are read here; what is to be kept goes elsewhere.',
  });
}
