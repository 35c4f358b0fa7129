import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ShopwaveError } from '../../../../lib/errors.ts';
import { parseTemplate } from '../../../../lib/jinja/parse.ts';
import { renderSync } from '../../../../lib/jinja/render.ts';
import { toValue } from '../../../../lib/jinja/values.ts';

/** A template with what Python's Jinja2 makes of it: a text, or an error. */
export interface CorpusCase {
  readonly template: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly expected?: string;
  readonly error?: true;
}

export type Outcome = { readonly text: string } | { readonly error: string };

const FOLDER = join(import.meta.dirname, 'corpus');

export function corpusGroups(): (readonly [string, readonly CorpusCase[]])[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const cases = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as CorpusCase[];
      return [file.replace('.json', ''), cases] as const;
    });
}

const LIMITS = { steps: 1_000_000, output: 4_000_000 };

/** Our outcome; anything but a typed error of the language is thrown on. */
export function ourOutcome({ template, context = {} }: CorpusCase): Outcome {
  const locals = new Map(Object.entries(context).map(([name, value]) => [name, toValue(value)]));
  try {
    const parsed = parseTemplate(template, 'case.sql');
    return { text: renderSync(parsed, { globals: () => undefined, locals, limits: LIMITS }) };
  } catch (error) {
    if (!(error instanceof ShopwaveError) || error.code === 'JINJA_HOST') throw error;
    return { error: `${error.code}: ${error.message}` };
  }
}
