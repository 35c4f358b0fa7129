import { fail } from './errors.ts';
import { escapeHtml } from './html.ts';
import { chargeText } from './meter.ts';
import { SPACE, pointLength, pointSlice } from './text.ts';

export interface UrlizeOptions {
  /** Longest text of a link, in characters. */
  readonly limit: number | undefined;
  readonly nofollow: boolean;
  readonly target: string;
  readonly rel: string;
  readonly schemes: readonly string[];
}

const WORD = '\\p{L}\\p{N}_';
const LINK = new RegExp(
  [
    '^(?:',
    `(?:https?://|www\\.)(?:(?:[${WORD}%-]+\\.)+)?(?:[a-z]{2,63}|xn--[${WORD}%]{2,59})`,
    `|(?:[${WORD}%-]{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)`,
    '|https?://(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[(?:[\\da-f]{0,4}:){2}(?:[\\da-f]{0,4}:?){1,6}\\])',
    ')(?::\\d{1,5})?(?:[/?#]\\S*)?$',
  ].join(''),
  'iu',
);
const MAIL = new RegExp(`^\\S+@[${WORD}][${WORD}.-]*\\.[${WORD}]+$`, 'u');
const SCHEME = new RegExp(`^[${WORD}.+-]{2,}:/{0,2}$`, 'u');
const SPACES = new RegExp(`([${SPACE}]+)`);
const BRACKETS = [
  ['(', ')'],
  ['<', '>'],
  ['&lt;', '&gt;'],
] as const;

/** Turns addresses in a text into links; the text itself is escaped. */
export function urlize(text: string, options: UrlizeOptions): string {
  for (const scheme of options.schemes) {
    if (!SCHEME.test(scheme)) fail('JINJA_ARGUMENTS', `'${scheme}' is not a valid URI scheme prefix`);
  }
  const rels = new Set([...options.rel.split(/\s+/), 'noopener', options.nofollow ? 'nofollow' : '']);
  rels.delete('');
  const target = options.target === '' ? '' : ` target="${escapeHtml(options.target)}"`;
  const attributes = ` rel="${escapeHtml([...rels].sort().join(' '))}"${target}`;
  return escapeHtml(text)
    .split(SPACES)
    .map((word) => linkWord(word, attributes, options))
    .join('');
}

function linkWord(word: string, attributes: string, options: UrlizeOptions): string {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  const rest = word.slice(head.length);
  const tail = closingTail(rest);
  const [middle, end] = balance(rest.slice(0, rest.length - tail.length), tail);
  return head + link(middle, attributes, options) + end;
}

/** Closing brackets and stops at the end of a word; from the end, as a pattern would try at each of them. */
function closingTail(word: string): string {
  let from = word.length;
  for (;;) {
    if (from > 0 && ')>.,\n'.includes(word.charAt(from - 1))) from -= 1;
    else if (word.endsWith('&gt;', from)) from -= 4;
    else return word.slice(from);
  }
}

/** Closing brackets belong to the address as far as it opens them. */
function balance(start: string, end: string): readonly [string, string] {
  let middle = start;
  let tail = end;
  for (const [open, close] of BRACKETS) {
    const opened = middle.split(open).length - 1;
    if (opened <= middle.split(close).length - 1) continue;
    for (let count = Math.min(opened, tail.split(close).length - 1); count > 0; count -= 1) {
      const to = tail.indexOf(close) + close.length;
      chargeText(tail.length);
      middle += tail.slice(0, to);
      tail = tail.slice(to);
    }
  }
  return [middle, tail];
}

function link(middle: string, attributes: string, { limit, schemes }: UrlizeOptions): string {
  const isLong = limit !== undefined && pointLength(middle) > limit;
  const shown = isLong ? `${pointSlice(middle, 0, limit)}...` : middle;
  if (LINK.test(middle)) {
    const isFull = middle.startsWith('https://') || middle.startsWith('http://');
    return `<a href="${isFull ? '' : 'https://'}${middle}"${attributes}>${shown}</a>`;
  }
  if (middle.startsWith('mailto:') && MAIL.test(middle.slice(7)))
    return `<a href="${middle}">${middle.slice(7)}</a>`;
  const isMail =
    middle.includes('@') && !/^(?:www\.|@)/.test(middle) && !middle.includes(':') && MAIL.test(middle);
  if (isMail) return `<a href="mailto:${middle}">${middle}</a>`;
  let linked = middle;
  for (const scheme of schemes) {
    if (linked !== scheme && linked.startsWith(scheme))
      linked = `<a href="${linked}"${attributes}>${linked}</a>`;
  }
  return linked;
}
