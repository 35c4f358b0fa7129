import type { ShopwaveError } from '../../lib/errors.ts';
import { semanticErrors } from '../errors.ts';

type Code = keyof typeof semanticErrors.kinds;

interface Rule {
  readonly pattern: RegExp;
  readonly code: Code;
  /** What to say, made from what the pattern captured; the error's own text where there is nothing better. */
  readonly say?: (captured: string) => string;
}

/** First match wins. `mixed currencies` is raised by the model itself: see `one_currency` in model/cubes. */
const rules: readonly Rule[] = [
  {
    pattern: /mixed currencies: ([^'\n]*)/i,
    code: 'SEMANTIC_MIXED_CURRENCIES',
    say: (currencies) => `a money metric cannot add amounts in ${currencies}`,
  },
  {
    pattern: /Table with name "?([\w.]+)"? does not exist/i,
    code: 'SEMANTIC_NOT_PUBLISHED',
    say: (table) => `${table} is not there yet`,
  },
  {
    pattern: /\b(?:Object|Table|View|Schema|Database)(?: '([^']+)')? does not exist or not authorized/i,
    code: 'SEMANTIC_NOT_PUBLISHED',
    // Snowflake does not say which of the two it is.
    say: (table) =>
      `${table || 'a mart'} is not there yet, or the role of the semantic layer may not read it`,
  },
  {
    // Cube's own limit of a statement, then Snowflake's.
    pattern:
      /Query execution timeout after|statement timeout|Statement reached its statement or warehouse timeout/i,
    code: 'SEMANTIC_QUERY_TIMEOUT',
    say: () => 'the statement of this query ran longer than one may',
  },
  { pattern: /You requested hidden member/, code: 'SEMANTIC_MEMBER_HIDDEN' },
];

/** Gives an error text of Cube or DuckDB its stable code; `otherwise` is the code of what no rule knows. */
export function queryError(text: string, otherwise: Code): ShopwaveError {
  const coded = /^(SEMANTIC_[A-Z_]+): ([\s\S]*?)(?: Remedy: [\s\S]*)?$/.exec(text);
  if (coded !== null && isCode(coded[1])) {
    return semanticErrors.error(coded[1], { message: coded[2] ?? '' });
  }
  const rule = rules.find((each) => each.pattern.test(text));
  const captured = rule?.pattern.exec(text)?.[1] ?? '';
  const message = rule?.say?.(captured) ?? firstParagraph(text);
  return semanticErrors.error(rule?.code ?? otherwise, { message });
}

/** One line for a REST client, which {@link queryError} reads back. */
export function queryErrorText(error: ShopwaveError): string {
  return `${error.code}: ${error.message} Remedy: ${error.remedy}`;
}

function isCode(text: string | undefined): text is Code {
  return text !== undefined && Object.hasOwn(semanticErrors.kinds, text);
}

// DuckDB appends the statement after an empty line, Cube prefixes the name of the error class.
function firstParagraph(text: string): string {
  return (text.split('\n\n')[0] ?? text).replace(/^(?:\w*Error: )+/, '').trim();
}
