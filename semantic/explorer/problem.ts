import { ShopwaveError, messageOf } from '../../lib/errors.ts';
import { Overtaken } from './answer.ts';
import { Unreachable } from './cube-rest.ts';

/** What went wrong, for the person before the page. */
export interface Problem {
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
  /** The stable code, where there is one. */
  readonly code: string | undefined;
  /** What can be done about it with one press. */
  readonly offer: 'split by currency' | 'set days' | 'ask again' | undefined;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ShopwaveError) {
    const { code, message, remedy, retryable } = error;
    return {
      title: titles[code] ?? 'This cannot be answered',
      message: sentence(message),
      remedy,
      code,
      offer: offers(code, message) ?? (retryable ? 'ask again' : undefined),
    };
  }
  const isPassing = error instanceof Unreachable || error instanceof Overtaken;
  return {
    title: isPassing ? 'No answer for now' : 'Something is wrong with this page',
    message: sentence(messageOf(error)),
    remedy: isPassing
      ? 'Ask again in a moment.'
      : 'Reload the page; if it stays, tell who runs the platform.',
    code: undefined,
    offer: 'ask again',
  };
}

const titles: Readonly<Record<string, string>> = {
  SEMANTIC_MIXED_CURRENCIES: 'Amounts in different currencies are not added up',
  SEMANTIC_METRIC_UNKNOWN: 'There is no such measure',
  SEMANTIC_DIMENSION_UNKNOWN: 'These measures cannot be split or filtered by this',
  SEMANTIC_SEGMENT_UNKNOWN: 'There is no such segment',
  SEMANTIC_MEMBER_UNKNOWN: 'There is no such member',
  SEMANTIC_NOT_PUBLISHED: 'This is not published yet',
  SEMANTIC_RESULT_TOO_LARGE: 'The answer would be too large',
  SEMANTIC_QUERY_TIMEOUT: 'This took too long',
  SEMANTIC_QUERIES_TOO_MANY: 'Too many queries at once',
};

function offers(code: string, message: string): Problem['offer'] {
  if (code === 'SEMANTIC_MIXED_CURRENCIES') return 'split by currency';
  return code === 'SEMANTIC_ARGUMENT_INVALID' && message.includes('a first and a last')
    ? 'set days'
    : undefined;
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
