import { createHash } from 'node:crypto';
import type { Template } from './ast.ts';
import { analyse } from './analyse.ts';
import { jinjaErrors, located } from './errors.ts';
import { lex, normaliseSource } from './lex.ts';
import type { Refuse } from './lex.ts';
import { Locator, codeFrame, formatLocation } from './location.ts';
import { parseNodes } from './parse-statement.ts';
import { TokenStream } from './token-stream.ts';
import { topLevelDefinitions } from './walk.ts';

export interface ParseOptions {
  /** Where the text begins in its file, for templates inside YAML. */
  readonly startLine?: number;
  readonly startColumn?: number;
}

// Bounded, so that a long-lived process that parses rendered or generated texts does not grow.
const CACHE_SIZE = 20_000;
const cache = new Map<string, Template>();

/**
 * Parses a template; the same text of the same file at the same place is parsed once.
 * Throws JINJA_SYNTAX (or JINJA_UNSUPPORTED) with file:line:column and a code frame.
 */
export function parseTemplate(text: string, file: string, options: ParseOptions = {}): Template {
  const { startLine = 1, startColumn = 1 } = options;
  const key = `${file}\0${startLine}:${startColumn}\0${fingerprint(text)}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const template = parseGuarded(text, file, startLine, startColumn);
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(key, template);
  return template;
}

function fingerprint(text: string): string {
  return text.length < 64 ? text : createHash('sha1').update(text).digest('base64');
}

/** A text nested or chained beyond the JavaScript stack is refused like any other limit. */
function parseGuarded(text: string, file: string, startLine: number, startColumn: number): Template {
  try {
    return parseFresh(text, file, startLine, startColumn);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw located(error, { file, line: startLine, column: startColumn });
  }
}

function parseFresh(text: string, file: string, startLine: number, startColumn: number): Template {
  const source = normaliseSource(text);
  const locator = new Locator(source, file, startLine, startColumn);
  const refuse: Refuse = (offset, message) => {
    const at = locator.at(offset);
    const lines = source.split('\n');
    const line = at.line - startLine;
    const column = line === 0 ? at.column - startColumn + 1 : at.column;
    const frame = codeFrame(lines, line, column, startLine);
    throw jinjaErrors.error('JINJA_SYNTAX', { message: `${message}\n${frame}`, where: formatLocation(at) });
  };
  const stream = new TokenStream(source, lex(source, refuse), locator, refuse);
  const nodes = parseNodes(stream, []);
  const body = { nodes, hoisted: [] };
  const required = analyse(body);
  return { file, body, macros: topLevelDefinitions(nodes), required };
}
