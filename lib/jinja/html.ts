import { chargeText } from './meter.ts';
import { splitText } from './text-split.ts';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ["'", '&#39;'],
  ['"', '&#34;'],
]);

/** A text safe inside HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>'"]/g, (char) => ESCAPES.get(char) ?? char);
}

// The named references that texts out of databases hold; others stay as they are.
const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
  ['copy', '©'],
  ['reg', '®'],
  ['euro', '€'],
  ['pound', '£'],
  ['hellip', '…'],
  ['ndash', '–'],
  ['mdash', '—'],
  ['raquo', '»'],
  ['laquo', '«'],
]);

/** A text without tags and comments, blanks joined, character references resolved. */
export function stripTags(text: string): string {
  const bare = removeBetween(removeBetween(text, '<!--', '-->'), '<', '>');
  return unescapeHtml(splitText(bare, undefined, -1).join(' '));
}

function removeBetween(text: string, start: string, end: string): string {
  let out = text;
  for (let from = out.indexOf(start); from >= 0; from = out.indexOf(start)) {
    const to = out.indexOf(end, from);
    if (to < 0) break;
    chargeText(out.length);
    out = out.slice(0, from) + out.slice(to + end.length);
  }
  return out;
}

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|([A-Za-z]+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED.get(String(name)) ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)
      ? '\ufffd'
      : String.fromCodePoint(code);
  });
}
