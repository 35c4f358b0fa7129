import { semanticErrors } from '../../errors.ts';

/** Where a model first uses Jinja: `{{ }}`, `{% %}` or `{# #}`; line and column count from 1. */
export function findTemplate(
  content: string,
): { readonly line: number; readonly column: number } | undefined {
  const start = content.search(/\{\{|\{%|\{#/);
  if (start < 0) return undefined;
  const before = content.slice(0, start).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** Stands in for Cube's Jinja engine: Cube makes one on every compile, and asks it only about templated files. */
export class PlainYamlEngine {
  loadTemplate(fileName: string, content: string): void {
    const place = findTemplate(content);
    if (place === undefined) return;
    throw semanticErrors.error('SEMANTIC_MODEL_TEMPLATED', {
      message: 'this model file uses Jinja, which cannot be rendered without the native binary of Cube',
      where: `${fileName}:${place.line}:${place.column}`,
    });
  }

  async renderTemplate(fileName: string): Promise<string> {
    throw semanticErrors.error('SEMANTIC_MODEL_TEMPLATED', {
      message: 'this model file needs Jinja, which cannot be rendered without the native binary of Cube',
      where: fileName,
    });
  }
}
