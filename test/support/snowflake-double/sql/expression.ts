import { moved, textOf } from './casts.ts';
import { postfixed } from './primary.ts';
import { expressions, plainly, unknownHere } from './read.ts';
import type { Reading } from './read.ts';
import { quoteText, value } from './value.ts';
import type { KnownType, Value } from './value.ts';

/** From OR, which binds least, down to signs. */
export function expression(reading: Reading): Value {
  return chain(reading, 'or', (each) => chain(each, 'and', negation));
}

function chain(reading: Reading, word: string, next: (reading: Reading) => Value): Value {
  const terms = [next(reading)];
  while (reading.scan.takes(word)) terms.push(next(reading));
  const [only] = terms;
  if (terms.length === 1 && only !== undefined) return only;
  return value(`(${terms.map(({ text }) => text).join(` ${word} `)})`, 'boolean');
}

function negation(reading: Reading): Value {
  if (!reading.scan.takes('not')) return comparison(reading);
  return value(`(not ${negation(reading).text})`, 'boolean');
}

const comparisons = ['=', '<>', '!=', '<=', '>=', '<', '>'];

function comparison(reading: Reading): Value {
  let left = operand(reading);
  for (;;) {
    const sign = comparisons.find((each) => reading.scan.takes(each));
    const next = sign === undefined ? predicate(reading, left) : compared(left, sign, operand(reading));
    if (next === undefined) return left;
    left = next;
  }
}

/** A variant is compared as what the other side is. */
function compared(left: Value, sign: string, right: Value): Value {
  const isText = left.type === 'text' || right.type === 'text';
  const sides = [left, right].map((each) => {
    if (each.wall !== undefined) return unknownHere('a comparison of a timestamp that was moved to a zone');
    if (each.type !== 'variant') return each.text;
    return isText ? textOf(each) : plainly(each);
  });
  return value(`(${sides.join(` ${sign} `)})`, 'boolean');
}

type Predicate = (reading: Reading, left: Value, not: string) => string;

const matching =
  (word: string): Predicate =>
  (reading, left, not) => {
    const pattern = operand(reading);
    const escape = reading.scan.takes('escape') ? ` escape ${quoteText(reading.scan.string())}` : '';
    return `(${textOf(left)} ${not}${word} ${textOf(pattern)}${escape})`;
  };

/** What may be said of a value after NOT, or without it. */
const predicates: Readonly<Record<string, Predicate>> = {
  in: (reading, left, not) => {
    const { scan, grammar } = reading;
    scan.must('(');
    const of = left.type === 'variant' ? textOf(left) : left.text;
    if (!scan.sees('select') && !scan.sees('with')) {
      const list = expressions(reading);
      if (left.type === 'variant' && list.some(({ type }) => type !== 'text'))
        unknownHere('a variant among what is no text');
      return `(${of} ${not}in (${list.map(({ text }) => text).join(', ')}))`;
    }
    const query = grammar.query(reading);
    scan.must(')');
    return `(${plainly(left)} ${not}in (${query}))`;
  },
  between: (reading, left, not) => {
    const from = plainly(operand(reading));
    reading.scan.must('and');
    return `(${plainly(left)} ${not}between ${from} and ${plainly(operand(reading))})`;
  },
  like: matching('like'),
  ilike: matching('ilike'),
};

/** After IS. */
const states = ['not null', 'null', 'not true', 'true', 'not false', 'false'];

function predicate(reading: Reading, left: Value): Value | undefined {
  const { scan } = reading;
  if (scan.takes('is')) return value(isState(reading, left), 'boolean');
  for (const [word, write] of Object.entries(predicates)) {
    if (scan.takes(word)) return value(write(reading, left, ''), 'boolean');
    if (scan.takes(`not ${word}`)) return value(write(reading, left, 'not '), 'boolean');
  }
  return undefined;
}

function isState(reading: Reading, left: Value): string {
  const { scan } = reading;
  const state = states.find((each) => scan.takes(each));
  if (state !== undefined) return `(${left.text} is ${state})`;
  const not = scan.takes('not') ? 'not ' : '';
  scan.must('distinct from');
  return `(${plainly(left)} is ${not}distinct from ${plainly(operand(reading))})`;
}

/** What stands on one side of a comparison. */
export function operand(reading: Reading): Value {
  let left = sum(reading);
  while (reading.scan.takes('||')) left = value(`(${textOf(left)} || ${textOf(sum(reading))})`, 'text');
  return left;
}

function sum(reading: Reading): Value {
  let left = product(reading);
  for (;;) {
    const sign = ['+', '-'].find((each) => reading.scan.takes(each));
    if (sign === undefined) return left;
    left = added(left, sign, product(reading));
  }
}

const ofClock = /second|minute|hour/i;

function added(left: Value, sign: string, right: Value): Value {
  if (right.type === 'interval') {
    const by = sign === '-' ? `-(${right.text})` : right.text;
    // A DATE that is moved by days stays one.
    return ofClock.test(right.literal ?? '')
      ? value(`(${left.text} + ${by})`, left.type === 'date' ? 'ntz' : left.type)
      : moved(left, by);
  }
  const isMoment = ['ntz', 'tz'].includes(left.type ?? '') || ['ntz', 'tz'].includes(right.type ?? '');
  if (isMoment || left.wall !== undefined) return unknownHere('arithmetic with timestamps');
  return value(`(${numeric(left)} ${sign} ${numeric(right)})`, arithmeticType(left, right));
}

function arithmeticType(left: Value, right: Value): KnownType | undefined {
  const types = [left.type, right.type];
  if (types.includes('float')) return 'float';
  return types.every((each) => each === 'number') ? 'number' : undefined;
}

/** A text or a variant that is reckoned with is a number. */
function numeric(of: Value): string {
  if (of.type === 'variant') return unknownHere('arithmetic with variants');
  if (of.type === 'text') return unknownHere('arithmetic with texts');
  return of.text;
}

function product(reading: Reading): Value {
  let left = signed(reading);
  for (;;) {
    const sign = ['*', '/', '%'].find((each) => reading.scan.takes(each));
    if (sign === undefined) return left;
    left = multiplied(left, sign, signed(reading));
  }
}

function multiplied(left: Value, sign: string, right: Value): Value {
  const [a, b] = [numeric(left), numeric(right)];
  const type = arithmeticType(left, right);
  if (sign === '/') return value(`sf_divide(${a}, ${b})`, type);
  if (sign === '%') return value(`(${a} % sf_divisor(${b}))`, type);
  return value(`(${a} * ${b})`, type);
}

function signed(reading: Reading): Value {
  const { scan } = reading;
  if (scan.takes('+')) return signed(reading);
  if (!scan.takes('-')) return postfixed(reading);
  const of = signed(reading);
  return value(/^\d/.test(of.text) ? `-${of.text}` : `(-${numeric(of)})`, of.type);
}
