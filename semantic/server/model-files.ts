import { createHash } from 'node:crypto';
import path from 'node:path';
import { semanticErrors } from '../errors.ts';
import type { Finding } from '../validate/finding.ts';
import type { Model } from '../validate/model.ts';
import { readTexts } from '../validate/read-texts.ts';
import { readModel } from '../validate/validate.ts';
import type { ModelText } from '../validate/validate.ts';
import { findTemplate } from './native-stand-in/jinja-engine.ts';

/** The metric model as one moment's files say it. */
export interface ServedModel {
  /** Changes with every change of any file. Part of every cache key. */
  readonly version: string;
  readonly folder: string;
  readonly files: readonly ModelText[];
  /** What the files say; without those that Jinja has to be rendered for first. */
  readonly model: Model;
  /** Cube writes what a query carries into its keys, where the version is enough. */
  readonly toJSON: () => string;
}

/** Reads the model folder, and checks it as toServedModel does. Throws SEMANTIC_MODEL_MISSING, too. */
export async function readServedModel(folder: string, templates: boolean): Promise<ServedModel> {
  return toServedModel(folder, await readTexts(folder), templates);
}

/**
 * Checks what needs no compiler, by the same schema as `metrics validate`. Throws SEMANTIC_MODEL_INVALID with file, line
 * and column or, unless `templates` can be rendered, SEMANTIC_MODEL_TEMPLATED.
 */
export function toServedModel(folder: string, files: readonly ModelText[], templates: boolean): ServedModel {
  const plain = files.filter((file) => !isTemplated(file, folder, templates));
  const read = readModel(plain);
  if (read.kind === 'unreadable') {
    throw invalidModel(folder, read.findings);
  }
  const version = versionOf(files);
  return { version, folder, files, model: read.model, toJSON: () => version };
}

/** SEMANTIC_MODEL_INVALID with the first of the findings. */
export function invalidModel(folder: string, findings: readonly Finding[]): Error {
  const [first, ...others] = findings;
  return semanticErrors.error('SEMANTIC_MODEL_INVALID', {
    message: `${first?.message ?? 'it cannot be read'}${others.length === 0 ? '' : `; and ${others.length} more, which \`shopwave metrics validate\` lists`}`,
    where: path.join(folder, first?.where ?? ''),
    remedy: first?.remedy,
  });
}

function isTemplated({ fileName, content }: ModelText, folder: string, templates: boolean): boolean {
  const template = findTemplate(content);
  if (template === undefined || templates) return template !== undefined;
  throw semanticErrors.error('SEMANTIC_MODEL_TEMPLATED', {
    message: 'this model file uses Jinja, which cannot be rendered without the native binary of Cube',
    where: `${path.join(folder, fileName)}:${template.line}:${template.column}`,
  });
}

/** Twelve hex digits of the files' names and contents, in whatever order they were read. */
export function versionOf(files: readonly ModelText[]): string {
  const hash = createHash('sha256');
  for (const { fileName, content } of files.toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1)))
    hash.update(JSON.stringify([fileName, content]));
  return hash.digest('hex').slice(0, 12);
}

/** Where a member of a cube is written, be it in one that the cube extends: `cubes/orders.yml:12:9`. */
export function placeOfMember({ model }: ServedModel, cube: string, member: string): string | undefined {
  const found = model.cubes.get(cube);
  const said = found?.measures.get(member) ?? found?.dimensions.get(member) ?? found?.segments.get(member);
  return said?.at('name') ?? found?.said.at('name');
}

/** The place that an error text of Cube is about: it names a file, a cube, or something that only one file says. */
export function placeOfError(text: string, { files, model }: ServedModel): string | undefined {
  const named = files.find((file) => text.includes(file.fileName));
  if (named !== undefined) return placeOfWord(text, named) ?? named.fileName;
  const name = /^(\w+) cube: /m.exec(text)?.[1] ?? '';
  const own = model.cubes.get(name) ?? model.views.find((view) => view.name === name);
  if (own !== undefined) return placeIn(files, text, own.said.at('name'));
  for (const word of wordsOf(text)) {
    const holding = files.filter((file) => wordsOf(file.content).includes(word));
    if (holding.length === 1 && holding[0] !== undefined) return wordIn(word, holding[0]);
  }
  return undefined;
}

/** In the file of `place`, the word that the text quotes, if it does; else the place itself. */
function placeIn(files: readonly ModelText[], text: string, place: string): string {
  const file = files.find(({ fileName }) => place.startsWith(`${fileName}:`));
  return (file === undefined ? undefined : placeOfWord(text, file)) ?? place;
}

/** The first thing that the text puts in quotation marks and the file says. */
function placeOfWord(text: string, file: ModelText): string | undefined {
  const quoted = [...text.matchAll(/["'`]([\w.]+)["'`]/g)].map(([, word = '']) => word);
  const word = quoted.find((each) => wordsOf(file.content).includes(each));
  return word === undefined ? undefined : wordIn(word, file);
}

function wordIn(word: string, { fileName, content }: ModelText): string {
  const lines = content.split('\n');
  const index = lines.findIndex((line) => wordsOf(line).includes(word));
  return index < 0 ? fileName : `${fileName}:${index + 1}:${(lines[index] ?? '').indexOf(word) + 1}`;
}

function wordsOf(text: string): string[] {
  return text.match(/[\w.]*\w/g) ?? [];
}
