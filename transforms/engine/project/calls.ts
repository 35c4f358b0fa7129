import { parseTemplate } from '../../../lib/jinja/parse.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import { discover } from './discover.ts';
import type { Discovery, Known } from './discover.ts';

/** What a text such as `ref('x')` refers to; both lists are empty where it is no such call. */
export function referencesIn(
  text: string,
  at: Location,
  known: Known,
  isMapping = false,
): Pick<Discovery, 'refs' | 'sources'> {
  const template = /\{[{%]/.test(text) ? text : `{{ ${text} }}`;
  const parsed = parseTemplate(template, at.file, {
    startLine: at.line,
    startColumn: Math.max(1, at.column),
  });
  return discover(parsed, known, { settings: {}, self: undefined, isMapping });
}

/** Whether a text is a call of ref or source. */
export function isReference(text: string): boolean {
  return /^\s*(?:ref|source)\s*\(.+\)\s*$/s.test(text);
}
