import { charge } from './meter.ts';
import { order } from './operators.ts';
import { SPACE, pointLength, quoteText } from './text.ts';
import { splitLines } from './text-split.ts';
import { Dict, JinjaList, PySet, Tuple, Undefined, representationOf, sizeOf, typeName } from './values.ts';
import type { Value } from './values.ts';

const WIDTH = 80;

/** A value as Python's `pprint` lays it out: keys sorted, one item a line where a line would be too long. */
export function prettyText(value: Value): string {
  return layOut(value, 0, 0, 0);
}

/** Like Python's fallback for keys of mixed types: by the name of the type. */
function compareKeys(a: Value, b: Value): number {
  try {
    return order(a, b, '<') ?? 0;
  } catch {
    const left = typeName(a);
    const right = typeName(b);
    return left < right ? -1 : left > right ? 1 : 0;
  }
}

function sortedEntries(dict: Dict): (readonly [Value, Value])[] {
  return [...dict.entries()].sort(([a], [b]) => compareKeys(a, b));
}

/** On one line, with sorted keys. */
function flat(value: Value): string {
  charge(1 + sizeOf(value));
  if (value instanceof Dict) {
    return `{${sortedEntries(value)
      .map(([key, item]) => `${flat(key)}: ${flat(item)}`)
      .join(', ')}}`;
  }
  if (value instanceof JinjaList) return `[${value.items.map(flat).join(', ')}]`;
  if (value instanceof Tuple)
    return `(${value.items.map(flat).join(', ')}${value.items.length === 1 ? ',' : ''})`;
  return representationOf(value);
}

/** `room` is what must still fit behind the value on its last line. */
function layOut(value: Value, column: number, room: number, level: number): string {
  const line = flat(value);
  if (pointLength(line) <= WIDTH - column - room || value instanceof Undefined) return line;
  if (typeof value === 'string') return layOutText(value, column, room, level + 1);
  if (value instanceof Dict) {
    const inner = column + 1;
    const entries = sortedEntries(value);
    const lines = entries.map(([key, item], index) => {
      const name = `${flat(key)}: `;
      const after = index === entries.length - 1 ? room + 1 : 1;
      return name + layOut(item, inner + pointLength(name), after, level + 1);
    });
    return `{${lines.join(`,\n${' '.repeat(inner)}`)}}`;
  }
  if (value instanceof JinjaList) return layOutItems('[', ']', value.items, column, room, level);
  if (value instanceof Tuple)
    return layOutItems('(', value.items.length === 1 ? ',)' : ')', value.items, column, room, level);
  if (value instanceof PySet && value.members.size > 0) {
    return layOutItems('{', '}', value.items.sort(compareKeys), column, room, level);
  }
  return line;
}

function layOutItems(
  start: string,
  end: string,
  items: readonly Value[],
  column: number,
  room: number,
  level: number,
): string {
  const inner = column + 1;
  const lines = items.map((item, index) => {
    const after = index === items.length - 1 ? room + end.length : 1;
    return layOut(item, inner, after, level + 1);
  });
  return start + lines.join(`,\n${' '.repeat(inner)}`) + end;
}

const WORDS = new RegExp(`[^${SPACE}]*[${SPACE}]*`, 'g');

/** A long text becomes several literals, broken behind lines and words. */
function layOutText(text: string, start: number, after: number, level: number): string {
  const column = level === 1 ? start + 1 : start;
  const room = level === 1 ? after + 1 : after;
  const lines = splitLines(text, true);
  const chunks = lines.flatMap((line, index) =>
    lineChunks(line, WIDTH - column, index === lines.length - 1 ? room : 0),
  );
  if (chunks.length === 1) return quoteText(lines.at(-1) ?? '');
  const joined = chunks.join(`\n${' '.repeat(column)}`);
  return level === 1 ? `(${joined})` : joined;
}

function lineChunks(line: string, width: number, room: number): string[] {
  const whole = quoteText(line);
  if (pointLength(whole) <= width - room) return [whole];
  const words = (line.match(WORDS) ?? []).filter((word) => word !== '');
  const chunks: string[] = [];
  let current = '';
  words.forEach((word, index) => {
    const limit = index === words.length - 1 ? width - room : width;
    if (pointLength(quoteText(current + word)) > limit) {
      if (current !== '') chunks.push(quoteText(current));
      current = word;
    } else current += word;
  });
  if (current !== '') chunks.push(quoteText(current));
  return chunks;
}
