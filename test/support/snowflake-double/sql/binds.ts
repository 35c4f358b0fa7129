import type { Bind } from '../contract.ts';
import { refused } from '../engine/refused.ts';
import type { Reading } from './read.ts';
import { unknownHere } from './read.ts';
import { quoteText, value } from './value.ts';
import type { KnownType, Value } from './value.ts';

type Write = (text: string) => string;

function asType(duckdb: string): Write {
  return (text) => `cast(${quoteText(text)} as ${duckdb})`;
}

/** A value that is sent along with a statement is written into it: DuckDB then knows its type. */
const writers: Readonly<Partial<Record<Bind['type'], readonly [KnownType, Write]>>> = {
  FIXED: ['number', (text) => (/^-?\d+(?:\.\d+)?$/.test(text) ? text : unknownHere(`bind ${text}`))],
  REAL: ['float', asType('double')],
  TEXT: ['text', (text) => `cast(${quoteText(text)} as varchar)`],
  BOOLEAN: ['boolean', (text) => (text.toLowerCase() === 'true' || text === '1' ? 'true' : 'false')],
};

/** The value of the next `?`. */
export function bound({ binds, context }: Reading): Value {
  const bind = context.binds[binds.count];
  binds.count += 1;
  if (bind === undefined) throw refused('invalidValue', `bind variable ${binds.count} not set`);
  const writer = writers[bind.type];
  if (writer === undefined || Array.isArray(bind.value)) return unknownHere(`a bind of ${bind.type}`);
  const [type, write] = writer;
  // Without a type of its own, as a bound null of any kind fits beside numbers in VALUES.
  if (bind.value === null) return value('null', type);
  return { text: write(String(bind.value)), type };
}
