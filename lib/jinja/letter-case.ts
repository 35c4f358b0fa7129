const UPPER = /\p{Uppercase}/u;
const LOWER = /\p{Lowercase}/u;
const TITLE = /\p{Lt}/u;
const CASED = /[\p{Uppercase}\p{Lowercase}\p{Lt}]/u;

/** Python's `str.islower`: letters with a case, all of them small. */
export function isLowerText(text: string): boolean {
  return LOWER.test(text) && !UPPER.test(text) && !TITLE.test(text);
}

/** Python's `str.isupper`. */
export function isUpperText(text: string): boolean {
  return UPPER.test(text) && !LOWER.test(text) && !TITLE.test(text);
}

/** Python's `str.istitle`: capitals only at the start of words, small letters only inside. */
export function isTitleText(text: string): boolean {
  let isInWord = false;
  let found = false;
  for (const char of text) {
    const isCapital = UPPER.test(char) || TITLE.test(char);
    if (isCapital ? isInWord : LOWER.test(char) && !isInWord) return false;
    isInWord = CASED.test(char);
    found ||= isInWord;
  }
  return found;
}

/** Python's `str.title`. */
export function titleText(text: string): string {
  let isInWord = false;
  let out = '';
  for (const char of text) {
    out += isInWord ? char.toLowerCase() : titleChar(char);
    isInWord = CASED.test(char);
  }
  return out;
}

/** Python's `str.capitalize`. */
export function capitalizeText(text: string): string {
  const [first = ''] = text;
  return titleChar(first) + lowerText(text).slice(lowerText(first).length);
}

/** Python's `str.lower`; like JavaScript's, with the final sigma. */
export function lowerText(text: string): string {
  return text.toLowerCase();
}

/** Python's `str.swapcase`. */
export function swapCase(text: string): string {
  let out = '';
  for (const char of text) out += UPPER.test(char) ? char.toLowerCase() : char.toUpperCase();
  return out;
}

function titleChar(char: string): string {
  const title = TITLE_FORMS.get(char.toLowerCase());
  if (title !== undefined) return title;
  const upper = char.toUpperCase();
  // A letter that grows when capitalised (ß) becomes a capital with small letters behind it.
  const [first = '', ...rest] = upper;
  return first + rest.join('').toLowerCase();
}

// The letters whose form at the start of a word is neither small nor capital.
const TITLE_FORMS: ReadonlyMap<string, string> = new Map([
  ['ǆ', 'ǅ'],
  ['ǉ', 'ǈ'],
  ['ǌ', 'ǋ'],
  ['ǳ', 'ǲ'],
]);
