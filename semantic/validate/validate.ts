import type { Finding } from './finding.ts';
import type { Promised } from './marts.ts';
import { toModel } from './model.ts';
import type { Model } from './model.ts';
import { readSource } from './model-source.ts';
import type { SourceFile } from './model-source.ts';
import { classified } from './rules/classified.ts';
import { currency } from './rules/currency.ts';
import { fanOut } from './rules/fan-out.ts';
import { joins } from './rules/joins.ts';
import { metadata } from './rules/metadata.ts';
import { names } from './rules/names.ts';
import { references } from './rules/references.ts';
import { reportingCurrency } from './rules/reporting-currency.ts';
import { rollups } from './rules/rollups.ts';
import type { Rule } from './rules/rule.ts';

/** One file of the model folder. */
export interface ModelText {
  /** Relative to the model folder, with forward slashes. */
  readonly fileName: string;
  readonly content: string;
}

const ruleset: readonly Rule[] = [
  names,
  metadata,
  references,
  classified,
  joins,
  fanOut,
  currency,
  reportingCurrency,
  rollups,
];

/** Either the model that the files make, or what keeps them from being one. */
export type ReadModel =
  | { readonly kind: 'model'; readonly model: Model }
  | { readonly kind: 'unreadable'; readonly findings: readonly Finding[] };

/** Reads all files; each that cannot be read is told. */
export function readModel(files: readonly ModelText[]): ReadModel {
  const read = files.map(({ fileName, content }) => readSource(fileName, content));
  const findings = read.flatMap((each) => (isSource(each) ? [] : each));
  if (findings.length > 0) return { kind: 'unreadable', findings };
  return { kind: 'model', model: toModel(read.filter(isSource)) };
}

function isSource(read: SourceFile | readonly Finding[]): read is SourceFile {
  return 'fileName' in read;
}

/** Everything that the rules find, by file and line. Asks no warehouse and runs no Cube. */
export function validateModel(model: Model, promised: Promised): readonly Finding[] {
  const all = ruleset.flatMap((rule) => rule({ model, ...promised }));
  const distinct = new Map(all.map((each) => [JSON.stringify(each), each]));
  return [...distinct.values()].toSorted(byPlace);
}

function byPlace(a: Finding, b: Finding): number {
  const [left, right] = [placeOf(a), placeOf(b)];
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column;
}

function placeOf({ where }: Finding): { file: string; line: number; column: number } {
  const [file = '', line, column] = where.split(':');
  return { file, line: Number(line), column: Number(column) };
}
