import type { z } from 'zod';
import { readYaml } from '../../lib/yaml-places.ts';
import type { YamlPlace } from '../../lib/yaml-places.ts';
import type { Finding } from './finding.ts';
import { modelFileSchema } from './model-schema.ts';
import type { CubeText, ViewText } from './model-schema.ts';

type Path = readonly PropertyKey[];

/** Where in a file something is said: `cubes/orders.yml:12:9`. */
export type Locate = (path: Path) => string;

/** A file that says what the schema allows. */
export interface SourceFile {
  readonly fileName: string;
  readonly cubes: readonly CubeText[];
  readonly views: readonly ViewText[];
  readonly locate: Locate;
}

/** Reads one file of the model; what it says wrongly is told with line and column. */
export function readSource(fileName: string, content: string): SourceFile | readonly Finding[] {
  const { value, problems, placeOf } = readYaml(content);
  const place = ({ line, column }: YamlPlace): string => `${fileName}:${line}:${column}`;
  if (problems.length > 0) {
    return problems.map((problem) => ({
      rule: 'yaml',
      message: `this is no YAML: ${problem.message}`,
      where: place(problem),
      remedy: 'Correct the line; a text with a colon or a brace has to be quoted.',
    }));
  }
  const locate: Locate = (path) => place(placeOf(path) ?? { line: 1, column: 1 });
  const parsed = modelFileSchema.safeParse(value ?? {});
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => schemaFindings(issue, locate));
  return { fileName, cubes: parsed.data.cubes ?? [], views: parsed.data.views ?? [], locate };
}

const allowed: Partial<Record<z.core.$ZodIssue['code'], string>> = {
  unrecognized_keys: 'Remove it, or correct its name.',
  invalid_value: 'Use one of the values named here.',
  invalid_type: 'Say it, in the form that is expected.',
};

function schemaFindings(issue: z.core.$ZodIssue, locate: Locate): Finding[] {
  const remedy = allowed[issue.code] ?? 'Correct it; semantic/README.md shows a whole cube and a whole view.';
  const name = issue.path.filter((part) => typeof part === 'string').join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      rule: 'schema',
      message: `${name === '' ? 'the file' : name} has no property "${key}"`,
      where: locate([...issue.path, key]),
      remedy,
    }));
  }
  const message = `${name === '' ? 'the file' : name}: ${issue.message}`;
  return [{ rule: 'schema', message, where: locate(issue.path), remedy }];
}
