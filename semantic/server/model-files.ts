import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import { semanticErrors } from '../errors.ts';
import { findTemplate } from './native-stand-in/jinja-engine.ts';

/** One YAML file of the metric model. */
export interface ModelFile {
  /** Relative to the model folder, with forward slashes. */
  readonly fileName: string;
  readonly content: string;
  /** Cubes and views that are written in it; none where Jinja has to be rendered first. */
  readonly defines: readonly string[];
  readonly cubes: readonly {
    readonly name: string;
    readonly extends: string | undefined;
    readonly members: readonly string[];
  }[];
}

/**
 * Reads the model folder and checks what needs no compiler, so that the answer has file, line and column.
 * Throws SEMANTIC_MODEL_MISSING, SEMANTIC_MODEL_INVALID or, unless `templates` can be rendered, SEMANTIC_MODEL_TEMPLATED.
 */
export async function readModelFiles(modelDir: string, templates: boolean): Promise<ModelFile[]> {
  const names = await listYaml(modelDir);
  if (names.length === 0) {
    throw semanticErrors.error('SEMANTIC_MODEL_MISSING', {
      message: 'no metric model found',
      where: modelDir,
    });
  }
  return Promise.all(names.map((name) => readModelFile(modelDir, name, templates)));
}

async function listYaml(modelDir: string): Promise<string[]> {
  try {
    const entries = await readdir(modelDir, { recursive: true });
    return entries
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => name.split(path.sep).join('/'))
      .sort();
  } catch (error) {
    throw semanticErrors.error('SEMANTIC_MODEL_MISSING', {
      message: messageOf(error),
      where: modelDir,
      cause: error,
    });
  }
}

async function readModelFile(modelDir: string, fileName: string, templates: boolean): Promise<ModelFile> {
  const location = path.join(modelDir, fileName);
  const content = await readFile(location, 'utf8');
  const template = findTemplate(content);
  if (template === undefined) return { fileName, content, ...definitionsOf(content, location) };
  if (templates) return { fileName, content, defines: [], cubes: [] };
  throw semanticErrors.error('SEMANTIC_MODEL_TEMPLATED', {
    message: 'this model file uses Jinja, which cannot be rendered without the native binary of Cube',
    where: `${location}:${template.line}:${template.column}`,
  });
}

const named = z.array(z.object({ name: z.string() })).nullish();
const cubes = z
  .array(z.object({ name: z.string(), extends: z.string().optional(), dimensions: named, measures: named }))
  .nullish();
const definitions = z.object({ cubes, views: named }).nullable().catch(null);

/** The file in which a member of a cube is written: the cube's own, or that of one that it extends. */
export function definingFile(files: readonly ModelFile[], cube: string, member: string): string | undefined {
  const file = files.find(({ defines }) => defines.includes(cube));
  const found = file?.cubes.find(({ name }) => name === cube);
  if (file === undefined || found === undefined) return undefined;
  if (found.members.includes(member)) return file.fileName;
  return found.extends === undefined ? undefined : definingFile(files, found.extends, member);
}

/** Cubes and views with the names of their members; what else they need, Cube checks. */
function definitionsOf(content: string, location: string): Pick<ModelFile, 'defines' | 'cubes'> {
  const lineCounter = new LineCounter();
  const document = parseDocument(content, { lineCounter, prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    throw semanticErrors.error('SEMANTIC_MODEL_INVALID', {
      message: `this is no YAML: ${problem.message}`,
      where: `${location}:${line}:${col}`,
      cause: problem,
    });
  }
  const parsed = definitions.parse(document.toJS());
  return {
    defines: [...(parsed?.cubes ?? []), ...(parsed?.views ?? [])].map(({ name }) => name),
    cubes: (parsed?.cubes ?? []).map(({ name, extends: base, dimensions, measures }) => ({
      name,
      extends: base,
      members: [...(dimensions ?? []), ...(measures ?? [])].map((each) => each.name),
    })),
  };
}

/** The file that an error text of Cube is about: it names the file, a cube, or something that only one file says. */
export function fileOfError(text: string, files: readonly ModelFile[]): ModelFile | undefined {
  const cube = /^(\w+) cube: /m.exec(text)?.[1];
  return (
    files.find((file) => text.includes(file.fileName)) ??
    files.find((file) => cube !== undefined && file.defines.includes(cube)) ??
    wordsOf(text)
      .map((word) => files.filter((file) => wordsOf(file.content).includes(word)))
      .find((holding) => holding.length === 1)?.[0]
  );
}

function wordsOf(text: string): string[] {
  return text.match(/[\w.]*\w/g) ?? [];
}
