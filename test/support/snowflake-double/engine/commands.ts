import type { Outcome } from '../contract.ts';
import { alterSession, use, variables } from './session-commands.ts';
import { copyInto } from './copy.ts';
import { alter } from './alter.ts';
import { create } from './create.ts';
import { describe } from './describe.ts';
import { drop } from './drop.ts';
import { insert, merge, remove, truncate, update } from './dml.ts';
import { explain } from './explain.ts';
import { grant, revoke } from './grant-commands.ts';
import { runQuery } from './query.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { show } from './show.ts';
import { comment } from './comment.ts';
import { listFiles, put, removeFiles } from './stage-commands.ts';
import { begin, commit, rollback } from './transactions.ts';
import { wait } from './wait.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

type Command = (work: Work, scan: Scan) => Outcome | Promise<Outcome>;

const query: Command = (work) => runQuery(work, work.statement.sql);

const beginNamed: Command = (work, scan) => {
  scan.takes('work');
  scan.takes('transaction');
  const name = scan.takes('name') ? scan.identifier() : '';
  scan.mustEnd();
  return begin(work, name);
};

const ended =
  (end: (work: Work) => Promise<Outcome>): Command =>
  (work, scan) => {
    scan.takes('work');
    scan.mustEnd();
    return end(work);
  };

/** What a statement begins with, and what is done; the first that matches counts. */
const commands: ReadonlyArray<readonly [begins: string, command: Command, keepsBeginning?: true]> = [
  ['select system$wait', wait],
  ['call system$wait', wait],
  ['select', query, true],
  ['with', query, true],
  ['values', query, true],
  ['(', query, true],
  ['insert', insert],
  ['update', update],
  ['delete', remove],
  ['merge', merge],
  ['truncate', truncate],
  ['copy into', copyInto],
  ['put', put],
  ['list', listFiles],
  ['ls', listFiles],
  ['remove', removeFiles],
  ['rm', removeFiles],
  ['begin', beginNamed],
  ['start transaction', beginNamed],
  ['commit', ended(commit)],
  [
    'rollback',
    ended(async ({ engine, session }) => {
      await rollback(engine, session);
      return done('ROLLBACK');
    }),
  ],
  ['alter session', alterSession],
  ['use', use],
  ['set', variables],
  ['unset', variables],
  ['create', create],
  ['alter', alter],
  ['drop', drop],
  ['grant', grant],
  ['revoke', revoke],
  ['comment', comment],
  ['show', show],
  ['describe', describe],
  ['desc', describe],
  ['explain', explain],
];

/** What may still be said in a transaction that an error has aborted. */
const endings = /^(?:commit|rollback)\b/i;

/** Runs one statement, whatever it is. */
export async function runStatement(work: Work): Promise<Outcome> {
  const scan = work.session.scan(work.statement.sql);
  if (scan.isAtEnd) throw refused('syntax', 'an empty statement');
  const first = scan.peek();
  const { transaction } = work.session;
  if (transaction?.isAborted === true && !endings.test(first?.text ?? ''))
    throw refused('abortedTransaction');
  const start = scan.mark;
  for (const [begins, command, keepsBeginning] of commands) {
    if (!scan.takes(begins)) continue;
    if (keepsBeginning === true) scan.reset(start);
    return await command(work, scan);
  }
  throw refused('syntax', `line 1 at position ${first?.start ?? 0} unexpected '${first?.text ?? ''}'`);
}
