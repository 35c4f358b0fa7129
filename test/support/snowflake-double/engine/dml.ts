import type { Outcome } from '../contract.ts';
import { bindRows, numbered, withItsBinds } from './numbered-binds.ts';
import { mergeCheck, mergeParts } from './merge-parts.ts';
import { refused } from './refused.ts';
import type { ObjectName, Scan } from './scan.ts';
import { multiJoined } from './update-parts.ts';
import { counted } from './work.ts';
import type { Work } from './work.ts';
import { write } from './writing.ts';
import type { Write, Writing } from './writing.ts';

/** What a statement is translated to, and what is asked before it is run. */
interface Prepared {
  readonly statements: readonly string[];
  readonly check?: string | undefined;
}

export async function insert(work: Work, scan: Scan): Promise<Outcome> {
  const isOverwrite = scan.takes('overwrite');
  if (scan.sees('all') || scan.sees('first')) throw refused('unsupported', 'an insert into several tables');
  scan.must('into');
  const how = { mode: isOverwrite ? 'replace' : 'add', privilege: 'INSERT', needsWarehouse: true } as const;
  return await write(
    work,
    { target: scan.name(), ...how },
    {
      prepare: translated(work),
      run: async (writing, { statements }) =>
        counted('INSERT', ['number of rows inserted', await runAll(writing, statements)]),
    },
  );
}

export async function update(work: Work, scan: Scan): Promise<Outcome> {
  const how = changing(scan.name(), 'UPDATE');
  const again = work.session.scan(numbered(work.statement.sql));
  again.must('update');
  const check = multiJoined(again);
  return await write(work, how, {
    prepare: (writing) => ({ ...translated(work)(writing), check: checkOf(work, writing, check) }),
    run: async (writing, { statements, check: question }) => {
      const [joined = 0, surplus = 0] = await ask(writing, question);
      if (joined > 0 && work.session.parameters.is('ERROR_ON_NONDETERMINISTIC_UPDATE'))
        throw refused('nondeterministic');
      const updated = (await runAll(writing, statements)) - surplus;
      return counted(
        'UPDATE',
        ['number of rows updated', updated],
        ['number of multi-joined rows updated', joined],
      );
    },
  });
}

export async function remove(work: Work, scan: Scan): Promise<Outcome> {
  scan.must('from');
  return await write(work, changing(scan.name(), 'DELETE'), {
    prepare: translated(work),
    run: async (writing, { statements }) =>
      counted('DELETE', ['number of rows deleted', await runAll(writing, statements)]),
  });
}

const mergeCounts = { INSERT: 'inserted', UPDATE: 'updated', DELETE: 'deleted' } as const;

export async function merge(work: Work, scan: Scan): Promise<Outcome> {
  const again = work.session.scan(numbered(scan.sql));
  again.must('merge into');
  const parts = mergeParts(again);
  const isChecked = work.session.parameters.is('ERROR_ON_NONDETERMINISTIC_MERGE');
  return await write(work, changing(parts.target, 'UPDATE'), {
    prepare: (writing) => ({
      ...translated(work)(writing),
      check: checkOf(work, writing, isChecked ? mergeCheck(parts) : undefined),
    }),
    run: async (writing, { statements, check }) => {
      const [twice = 0] = await ask(writing, check);
      if (twice > 0) throw refused('nondeterministic');
      const [sql = '', ...more] = statements;
      if (more.length > 0) throw refused('internal', 'a MERGE in several statements');
      const actions = await writing.execution.rows(`${sql} returning merge_action`);
      const count = (action: string): number => actions.filter(([each]) => each === action).length;
      return counted(
        'MERGE',
        ...parts.actions.map((each) => [`number of rows ${mergeCounts[each]}`, count(each)] as const),
      );
    },
  });
}

/** TRUNCATE [TABLE] [IF EXISTS]: DML, as far as transactions go. */
export async function truncate(work: Work, scan: Scan): Promise<Outcome> {
  scan.takes('table');
  const mayMiss = scan.takes('if exists');
  const target = scan.name();
  scan.mustEnd();
  const { catalog } = work.engine;
  const isThere = catalog.find(catalog.full(target, work.session), work.session.id) !== undefined;
  const answer: Outcome = {
    kind: 'done',
    statementType: 'TRUNCATE',
    message: 'Statement executed successfully.',
  };
  if (!isThere && mayMiss) return answer;
  const how = { mode: 'replace', privilege: 'TRUNCATE', needsWarehouse: false } as const;
  return await write(
    work,
    { target, ...how },
    {
      prepare: () => undefined,
      run: () => Promise.resolve(answer),
    },
  );
}

function changing(target: ObjectName, privilege: Write['privilege']): Write {
  return { target, mode: 'change', privilege, needsWarehouse: true };
}

/** In DuckDB's words, once for each row of binds. */
function translated({ statement }: Work): (writing: Writing) => Prepared {
  return ({ resolver }) => ({
    statements: bindRows(statement.binds).flatMap((binds) => resolver.dml(statement.sql, binds)),
  });
}

/** The same of a question in Snowflake's words, whose binds are numbered as the statement's are. */
function checkOf({ statement }: Work, { resolver }: Writing, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const { sql, binds } = withItsBinds(text, statement.binds);
  return resolver.query(sql, binds);
}

async function ask({ execution }: Writing, question: string | undefined): Promise<number[]> {
  if (question === undefined) return [];
  const [row = []] = await execution.rows(question);
  return row.map((value) => Number(value ?? 0));
}

async function runAll({ execution }: Writing, statements: readonly string[]): Promise<number> {
  let changed = 0;
  for (const sql of statements) changed += await execution.run(sql);
  return changed;
}
