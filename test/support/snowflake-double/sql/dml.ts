import { refused } from '../engine/refused.ts';
import { aliased, fromClause } from './from.ts';
import type { Reading } from './read.ts';
import { query } from './query.ts';
import { quoteName } from './value.ts';

/** INSERT, UPDATE, DELETE or MERGE. */
export function dml(reading: Reading): string {
  const { scan } = reading;
  if (scan.takes('insert')) return insert(reading);
  if (scan.takes('update')) return update(reading);
  if (scan.takes('delete from')) return remove(reading);
  scan.must('merge into');
  return merge(reading);
}

function target({ scan, context }: Reading): string {
  return context.relation(scan.name(), 'write');
}

/** OVERWRITE is the engine's: it empties the table first. */
function insert(reading: Reading): string {
  const { scan } = reading;
  scan.takes('overwrite');
  scan.must('into');
  const into = target(reading);
  // A bracket may as well begin the query.
  const isList = scan.sees('(') && !['SELECT', 'WITH', '('].includes(scan.peek(1)?.text ?? '');
  const columns = isList ? ` (${scan.names().map(quoteName).join(', ')})` : '';
  return `insert into ${into}${columns} ${query(reading)}`;
}

function assignments(reading: Reading): string {
  const { scan, grammar } = reading;
  const found: string[] = [];
  do {
    const name = scan.name().at(-1) ?? '';
    scan.must('=');
    found.push(`${quoteName(name)} = ${grammar.expression(reading).text}`);
  } while (scan.takes(','));
  return found.join(', ');
}

function condition(reading: Reading, word: string): string {
  return reading.scan.takes(word) ? ` ${word} ${reading.grammar.expression(reading).text}` : '';
}

function update(reading: Reading): string {
  const { scan } = reading;
  const of = `${target(reading)}${aliased(reading)}`;
  scan.must('set');
  const set = assignments(reading);
  const from = scan.takes('from') ? ` from ${fromClause(reading)}` : '';
  return `update ${of} set ${set}${from}${condition(reading, 'where')}`;
}

function remove(reading: Reading): string {
  const of = `${target(reading)}${aliased(reading)}`;
  const using = reading.scan.takes('using') ? ` using ${fromClause(reading)}` : '';
  return `delete from ${of}${using}${condition(reading, 'where')}`;
}

function merge(reading: Reading): string {
  const { scan, grammar } = reading;
  const into = `${target(reading)}${aliased(reading)}`;
  scan.must('using');
  const using = fromClause(reading);
  scan.must('on');
  const on = grammar.expression(reading).text;
  const branches: string[] = [];
  while (scan.takes('when')) branches.push(branch(reading));
  if (branches.length === 0) throw refused('syntax', 'a merge without branches');
  return `merge into ${into} using ${using} on ${on} ${branches.join(' ')}`;
}

function branch(reading: Reading): string {
  const { scan } = reading;
  const not = scan.takes('not') ? 'not ' : '';
  scan.must('matched');
  const when = `when ${not}matched${condition(reading, 'and')} then`;
  scan.must('then');
  if (not === '' && scan.takes('delete')) return `${when} delete`;
  if (not === '') {
    scan.must('update set');
    return `${when} update set ${assignments(reading)}`;
  }
  scan.must('insert');
  const columns = scan.names().map(quoteName).join(', ');
  scan.must('values (');
  const values: string[] = [];
  do values.push(reading.grammar.expression(reading).text);
  while (scan.takes(','));
  scan.must(')');
  return `${when} insert (${columns}) values (${values.join(', ')})`;
}
