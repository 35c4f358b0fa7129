import { refused } from '../engine/refused.ts';
import { bound } from './binds.ts';
import { call, sessionValue } from './calls.ts';
import { cast } from './casts.ts';
import { at } from './functions/variants.ts';
import { functions } from './functions/table.ts';
import type { Step } from './json-path.ts';
import { commonType, expressions, plainly, unknownHere } from './read.ts';
import type { Reading } from './read.ts';
import { reserved } from './reserved.ts';
import { declaredType } from './types.ts';
import { quoteName, quoteText, value } from './value.ts';
import type { Value } from './value.ts';

/** A literal, a column, a call or a bracket, with its casts and paths. */
export function postfixed(reading: Reading): Value {
  const { scan } = reading;
  let found = primary(reading);
  for (;;) {
    if (scan.takes('::')) found = cast(found, declaredType(scan));
    else if (scan.takes('[')) found = at(found, [indexed(reading)]);
    else if (scan.takes(':')) found = at(found, path(reading));
    else return found;
  }
}

function indexed({ scan }: Reading): Step {
  const step = scan.peek()?.kind === 'string' ? scan.string() : scan.integer();
  scan.must(']');
  return step;
}

/** `a.b[0]` after a colon; names are taken as they are written. */
function path(reading: Reading): Step[] {
  const { scan } = reading;
  const steps: Step[] = [];
  do {
    const token = scan.next();
    if (token.kind !== 'word' && token.kind !== 'quoted') scan.fail();
    steps.push(token.kind === 'word' ? scan.sql.slice(token.start, token.end) : token.text);
    while (scan.takes('[')) steps.push(indexed(reading));
  } while (scan.takes('.'));
  return steps;
}

type Word = (reading: Reading) => Value;

function typedLiteral(duckdb: string, known: 'date' | 'ntz'): Word {
  return ({ scan }) => cast({ text: quoteText(scan.string()), type: 'text' }, { duckdb, known });
}

const span = /^ *-?\d+ ?(?:second|minute|hour|day|week|month|quarter|year)s? *$/i;

const interval: Word = ({ scan }) => {
  const said = scan.string();
  if (!said.split(',').every((each) => span.test(each))) return unknownHere(`interval ${said}`);
  return { text: `interval ${quoteText(said.replaceAll(',', ' '))}`, type: 'interval', literal: said };
};

/** Words that begin an expression and are no names; those before a string only there. */
const words: Readonly<Record<string, Word>> = {
  NULL: () => value('null', 'null'),
  TRUE: () => value('true', 'boolean'),
  FALSE: () => value('false', 'boolean'),
  CASE: cases,
  EXISTS: ({ scan, ...rest }) => {
    scan.must('(');
    const query = rest.grammar.query({ scan, ...rest });
    scan.must(')');
    return value(`exists (${query})`, 'boolean');
  },
};

const beforeText: Readonly<Record<string, Word>> = {
  DATE: typedLiteral('date', 'date'),
  TIMESTAMP: typedLiteral('timestamp', 'ntz'),
  INTERVAL: interval,
};

/** Functions that may be called without brackets. */
const bracketless = new Set(['CURRENT_DATE', 'CURRENT_TIMESTAMP', 'LOCALTIMESTAMP']);

function primary(reading: Reading): Value {
  const { scan } = reading;
  const token = scan.peek();
  if (token === undefined) return scan.fail();
  if (token.kind === 'string') return text(scan.string());
  if (token.kind === 'number' || scan.sees('.')) return number(reading);
  if (scan.takes('?')) return bound(reading);
  if (scan.takes('(')) return bracket(reading);
  if (token.kind === 'quoted') return column(reading);
  if (token.kind === 'variable') return staged(reading);
  if (token.kind !== 'word') return scan.fail();
  return worded(reading, token.text);
}

function worded(reading: Reading, name: string): Value {
  const { scan } = reading;
  const word = Object.hasOwn(words, name) ? words[name] : undefined;
  const literal =
    Object.hasOwn(beforeText, name) && scan.peek(1)?.kind === 'string' ? beforeText[name] : undefined;
  const taken = word ?? literal;
  if (taken !== undefined) {
    scan.next();
    return taken(reading);
  }
  const isCall = scan.peek(1)?.kind === 'symbol' && scan.peek(1)?.text === '(';
  if (isCall) {
    scan.next();
    return call(reading, name);
  }
  if (bracketless.has(name)) {
    scan.next();
    return functions[name]?.write([], noCall(name)) ?? scan.fail();
  }
  const said = name === 'CURRENT_USER' ? reading.context.session.get(name) : undefined;
  if (said === undefined) return column(reading);
  scan.next();
  return sessionValue(said);
}

function noCall(name: string) {
  return { name, isDistinct: false, withinGroup: '', nulls: '', over: '', isUnframed: false };
}

function text(said: string): Value {
  return { text: quoteText(said), type: 'text', literal: said };
}

function number({ scan }: Reading): Value {
  const lead = scan.takes('.') ? '0.' : '';
  const token = scan.next();
  if (token.kind !== 'number') scan.fail();
  return value(`${lead}${token.text}`, /e/i.test(token.text) ? 'float' : 'number');
}

/** A column of a staged file; of JSON lines there is one. */
function staged({ scan }: Reading): Value {
  const { text: name } = scan.next();
  return name === '$1' ? value(quoteName(name), 'variant') : unknownHere(name);
}

function bracket(reading: Reading): Value {
  const { scan, grammar } = reading;
  if (scan.sees('select') || scan.sees('with')) {
    const query = grammar.query(reading);
    scan.must(')');
    return value(`(${query})`);
  }
  const [first, ...others] = expressions(reading);
  if (first === undefined) return scan.fail();
  if (others.length === 0) return { ...first, text: `(${first.text})` };
  return value(`(${[first, ...others].map((each) => each.text).join(', ')})`);
}

/** Columns of FLATTEN. */
const ofFlatten: Readonly<Record<string, Value['type']>> = { VALUE: 'variant', INDEX: 'number', KEY: 'text' };

function column(reading: Reading): Value {
  const { scan, flattened } = reading;
  const first = scan.peek();
  if (first?.kind === 'word' && reserved.has(first.text)) scan.fail();
  const parts = [scan.identifier()];
  while (scan.sees('.') && scan.peek(1)?.text !== '*') {
    scan.must('.');
    const next = scan.peek();
    if (next?.kind === 'word' && reserved.has(next.text)) scan.fail();
    parts.push(scan.identifier());
  }
  const [alias = '', name] = parts;
  if (parts.length > 2) throw refused('invalidIdentifier', parts.join('.'));
  const isFlat = name !== undefined && flattened.has(alias) && Object.hasOwn(ofFlatten, name);
  return value(parts.map(quoteName).join('.'), isFlat ? ofFlatten[name] : undefined);
}

function cases(reading: Reading): Value {
  const { scan, grammar } = reading;
  const of = scan.sees('when') ? '' : ` ${plainly(grammar.expression(reading))}`;
  const results: Value[] = [];
  let written = `case${of}`;
  while (scan.takes('when')) {
    const condition = grammar.expression(reading).text;
    scan.must('then');
    const result = grammar.expression(reading);
    results.push(result);
    written += ` when ${condition} then ${result.text}`;
  }
  if (results.length === 0) scan.fail();
  if (scan.takes('else')) {
    const result = grammar.expression(reading);
    results.push(result);
    written += ` else ${result.text}`;
  }
  scan.must('end');
  return value(`${written} end`, commonType(results));
}
