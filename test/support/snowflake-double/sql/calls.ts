import { refused } from '../engine/refused.ts';
import type { Call, KnownFunction } from './call.ts';
import { cast, tryCast } from './casts.ts';
import { functions } from './functions/table.ts';
import { orderItems, windowOf } from './order.ts';
import { expressions } from './read.ts';
import type { Reading } from './read.ts';
import { declaredType } from './types.ts';
import { quoteText, value } from './value.ts';
import type { Value } from './value.ts';

type Special = (reading: Reading) => Value;

function casting(turn: typeof cast): Special {
  return (reading) => {
    const of = reading.grammar.expression(reading);
    reading.scan.must('as');
    const type = declaredType(reading.scan);
    reading.scan.must(')');
    return turn(of, type);
  };
}

/** Calls whose arguments have a grammar of their own; the bracket is open. */
const specials: Readonly<Record<string, Special>> = {
  CAST: casting(cast),
  TRY_CAST: casting(tryCast),
};

/** A call of a function; its name is read, the bracket comes next. */
export function call(reading: Reading, name: string): Value {
  const { scan, context } = reading;
  scan.must('(');
  const special = Object.hasOwn(specials, name) ? specials[name] : undefined;
  if (special !== undefined) return special(reading);
  const said = context.session.get(name);
  if (said !== undefined) {
    scan.must(')');
    return sessionValue(said);
  }
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known === undefined) throw refused('unknownFunction', name);
  const isDistinct = scan.takes('distinct');
  const args = argumentsOf(reading, name, known);
  mustTake(name, known, args);
  return known.write(args, suffixed(reading, { name, isDistinct }, known));
}

export function sessionValue(said: string | null): Value {
  return said === null ? value('null', 'null') : { text: quoteText(said), type: 'text', literal: said };
}

function mustTake(name: string, { takes: [least, most] }: KnownFunction, { length }: readonly Value[]): void {
  if (length < least) throw refused('invalidValue', `not enough arguments for function ${name}`);
  if (length > most) throw refused('invalidValue', `too many arguments for function ${name}`);
}

/** POSITION(a IN b) and EXTRACT(part FROM x) say a word where others have a comma. */
const separators: Readonly<Record<string, string>> = { POSITION: 'in', EXTRACT: 'from' };

function argumentsOf(reading: Reading, name: string, known: KnownFunction): Value[] {
  const { scan } = reading;
  if (scan.takes('* )')) return [value('*')];
  const separator = Object.hasOwn(separators, name) ? separators[name] : undefined;
  if (separator === undefined && known.part === undefined) return expressions(reading);
  if (scan.takes(')')) return [];
  const found: Value[] = [];
  do found.push(found.length === known.part ? datePart(reading) : argument(reading, separator));
  while ([',', separator ?? ','].some((each) => scan.takes(each)));
  scan.must(')');
  return found;
}

/** `a in b` would be read as one expression. */
function argument(reading: Reading, separator: string | undefined): Value {
  return separator === 'in' ? reading.grammar.operand(reading) : reading.grammar.expression(reading);
}

function datePart({ scan }: Reading): Value {
  const token = scan.next();
  if (token.kind === 'symbol') scan.fail();
  return { text: '', literal: token.text };
}

/** WITHIN GROUP, IGNORE NULLS and OVER. */
function suffixed(reading: Reading, head: Pick<Call, 'name' | 'isDistinct'>, known: KnownFunction): Call {
  const { scan } = reading;
  const isOverRows = known.isOverRows === true;
  const withinGroup = isOverRows && scan.takes('within group') ? bracketedOrder(reading) : '';
  const nulls = isOverRows && scan.takes('ignore nulls') ? ' ignore nulls' : '';
  if (isOverRows) scan.takes('respect nulls');
  const window = isOverRows ? windowOf(reading) : { over: '', isUnframed: false };
  if (head.isDistinct && !isOverRows) scan.fail();
  return { ...head, withinGroup, nulls, ...window };
}

function bracketedOrder(reading: Reading): string {
  reading.scan.must('( order by');
  const order = orderItems(reading);
  reading.scan.must(')');
  return order;
}
