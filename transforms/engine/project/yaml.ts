import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Node, YAMLMap, YAMLSeq } from 'yaml';
import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import type { SourceFile } from './files.ts';
import { projectErrors } from './errors.ts';

/** Keys and indexes that lead to a value. */
export type Path = readonly (string | number)[];

/** A YAML file as plain values, and where each of them stands. */
export interface YamlFile {
  readonly file: string;
  /** Maps are objects without prototype; dates stay text. */
  readonly value: unknown;
  /** Where the value at a path stands; the nearest one above it that exists. */
  readonly at: (path: Path) => Location;
  /** Where the key at the end of a path stands. */
  readonly atKey: (path: Path) => Location;
}

const parsed = new WeakMap<SourceFile, YamlFile>();

/** Parses a YAML file once per version of it. Throws PROJECT_YAML_SYNTAX or PROJECT_YAML_AMBIGUOUS with its place. */
export function readYaml(source: SourceFile): YamlFile {
  const before = parsed.get(source);
  if (before !== undefined) return before;
  const made = parseYaml(source.file, source.text);
  parsed.set(source, made);
  return made;
}

function parseYaml(file: string, text: string): YamlFile {
  const lines = new LineCounter();
  const place = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const message = syntax.code === 'MULTIPLE_DOCS' ? 'the file holds several documents' : syntax.message;
    throw projectErrors.error('PROJECT_YAML_SYNTAX', {
      message,
      where: formatLocation(place(syntax.pos[0])),
    });
  }
  const root = document.contents;
  const value = root === null ? null : new Reader(place).read(root);
  const offsetAt = (path: Path, isKey: boolean): number => offsetOf(root, path, isKey);
  return {
    file,
    value,
    at: (path) => place(contentStart(text, offsetAt(path, false))),
    atKey: (path) => place(offsetAt(path, true)),
  };
}

/** Turns nodes into values. Aliases give the value itself, so that none can grow what is read. */
class Reader {
  readonly #place: (offset: number) => Location;
  readonly #anchors = new Map<string, unknown>();

  constructor(place: (offset: number) => Location) {
    this.#place = place;
  }

  read(node: unknown): unknown {
    if (isScalar(node)) {
      if (node.type === 'PLAIN') this.#refuseAmbiguous(node.source ?? '', node);
      return this.#anchored(node, node.value);
    }
    if (isMap(node)) return this.#readMap(node);
    if (isSeq(node)) return this.#readSeq(node);
    if (isAlias(node)) {
      if (this.#anchors.has(node.source)) return this.#anchors.get(node.source);
      throw this.#error('PROJECT_YAML_SYNTAX', `there is no anchor &${node.source} before this alias`, node);
    }
    return null;
  }

  #readMap(map: YAMLMap): unknown {
    const merged: Record<string, unknown> = emptyRecord();
    const own: Record<string, unknown> = emptyRecord();
    for (const { key, value } of map.items) {
      if (isScalar(key) && key.value === '<<' && key.type === 'PLAIN') this.#merge(merged, value, map);
      else own[this.#keyText(key, map)] = this.read(value);
    }
    return this.#anchored(map, Object.assign(merged, own));
  }

  #merge(into: Record<string, unknown>, from: unknown, map: YAMLMap): void {
    const read = this.read(from);
    for (const each of Array.isArray(read) ? read.toReversed() : [read]) {
      if (!isRecord(each)) throw this.#error('PROJECT_YAML_SYNTAX', '<< takes a mapping', map);
      Object.assign(into, each);
    }
  }

  #keyText(key: unknown, map: YAMLMap): string {
    const value = isScalar(key) ? key.value : undefined;
    if (isScalar(key) && key.type === 'PLAIN') this.#refuseAmbiguous(key.source ?? '', key);
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (typeof text !== 'string') throw this.#error('PROJECT_YAML_SYNTAX', 'a key must be a text', map);
    if (text === '__proto__')
      throw this.#error('PROJECT_UNKNOWN_KEY', 'no key may be called __proto__', key ?? map);
    return text;
  }

  #readSeq(seq: YAMLSeq): unknown {
    return this.#anchored(
      seq,
      seq.items.map((item) => this.read(item)),
    );
  }

  #anchored(node: Node, value: unknown): unknown {
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, value);
    return value;
  }

  /** YAML 1.1 (dbt in Python) and YAML 1.2 (dbt in Rust) read these differently; neither reading is taken. */
  #refuseAmbiguous(text: string, node: unknown): void {
    if (!suspicious.has(text.charCodeAt(0)) || !ambiguous.test(text)) return;
    const message = `${text} without quotes is read differently by the versions of dbt`;
    throw this.#error('PROJECT_YAML_AMBIGUOUS', message, node);
  }

  #error(
    code: 'PROJECT_YAML_SYNTAX' | 'PROJECT_YAML_AMBIGUOUS' | 'PROJECT_UNKNOWN_KEY',
    message: string,
    node: unknown,
  ): Error {
    return projectErrors.error(code, { message, where: formatLocation(this.#place(startOf(node))) });
  }
}

/** First characters of what can be ambiguous: most scalars need no further look. */
const suspicious = new Set(Array.from('yYnNoO+-0123456789', (character) => character.charCodeAt(0)));

const ambiguous =
  /^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|[-+]?0[0-7_]*[1-7][0-7_]*|[-+]?\d+(?:_\d+)+|[-+]?\d+(?::[0-5]?\d)+)$/;

function emptyRecord(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function startOf(node: unknown): number {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : 0;
}

/** Where a text itself begins: behind its quote, or on the line below a block's `|` or `>`. */
function contentStart(text: string, offset: number): number {
  const first = text[offset];
  if (first === '"' || first === "'") return offset + 1;
  if (first !== '|' && first !== '>') return offset;
  const line = text.indexOf('\n', offset);
  const content = text.slice(line + 1).search(/[^ ]/);
  return line < 0 || content < 0 ? offset : line + 1 + content;
}

function offsetOf(root: unknown, path: Path, isKey: boolean): number {
  let node: unknown = root;
  let offset = startOf(node);
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === String(step));
      if (pair === undefined) return offset;
      node = pair.value;
      offset = isKey && depth === path.length - 1 ? startOf(pair.key) : startOf(node ?? pair.key);
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = node === undefined ? offset : startOf(node);
    } else return offset;
  }
  return offset;
}

/** Whether a value is a mapping as readYaml makes them, or any plain object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of an own key: names from files never reach a prototype. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
