import { unitAt } from './digit-units.ts';
import { cardBrand, longestPan, longestPanWithWord, shortestPan } from './pan-ranges.ts';

/** A card number in a text, from one index to before another. */
export interface FoundPan {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  readonly brand: string;
}

/** Digits without anything between them. */
interface Group {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
  /** What divides it from the group before; `start` begins a chain. */
  readonly divider: 'start' | 'space' | 'mark';
}

/** More than this between two groups, and they are two things. */
const longestDivider = 3;
/** Ids of 13 and more digits are followed by other numbers, such as `4501234567890-001`: no part of a card number. */
const longestGroup = 12;
const longestMarkedGroup = 6;

/** What stands for a number holds digits of its own. Only exactly this is passed over: anybody can write `[PAN:`. */
const replacement = /\[PAN:tkv2_[a-z0-9]{1,16}_[A-Z2-7]{32}\]/y;

/** Finds card numbers, written in whatever digits, with or without dividers, from group boundary to group boundary. */
export function findPans(text: string): FoundPan[] {
  const found: FoundPan[] = [];
  for (const chain of chains(text)) {
    for (let first = 0; first < chain.length; first += 1) {
      const match = longestFrom(chain, first, text);
      if (match === undefined) continue;
      found.push(match.pan);
      first = match.last;
    }
  }
  return found;
}

function* chains(text: string): Generator<Group[]> {
  let chain: Group[] = [];
  let digits = '';
  let start = 0;
  let divider: Group['divider'] = 'start';
  let width = 0;
  let size = 0;
  const closeGroup = (end: number): void => {
    if (digits === '') return;
    chain.push({ digits, start, end, divider });
    size += digits.length;
    digits = '';
    divider = 'space';
    width = 0;
  };
  for (let index = 0; index < text.length;) {
    const { kind, length } = unitAt(text, index);
    if (typeof kind === 'number') {
      if (digits === '') start = index;
      digits += kind;
    } else {
      closeGroup(index);
      width += 1;
      if (kind === 'mark') divider = chain.length === 0 ? 'start' : 'mark';
      if (kind === 'other' || width > longestDivider) {
        if (size >= shortestPan) yield chain;
        if (chain.length > 0) chain = [];
        size = 0;
        divider = 'start';
      }
    }
    index = text[index] === '[' ? afterReplacement(text, index) : index + length;
  }
  closeGroup(text.length);
  if (size >= shortestPan) yield chain;
}

function afterReplacement(text: string, index: number): number {
  replacement.lastIndex = index;
  return index + (replacement.exec(text)?.[0].length ?? 1);
}

function longestFrom(
  chain: readonly Group[],
  first: number,
  text: string,
): { pan: FoundPan; last: number } | undefined {
  let best: { pan: FoundPan; last: number } | undefined;
  let digits = '';
  for (let last = first; last < chain.length && digits.length < longestPanWithWord; last += 1) {
    digits += chain[last]?.digits ?? '';
    if (digits.length < shortestPan || digits.length > longestPanWithWord) continue;
    const groups = chain.slice(first, last + 1);
    const pan = asPan(groups, digits, text);
    if (pan !== undefined) best = { pan, last };
  }
  return best;
}

function asPan(groups: readonly Group[], digits: string, text: string): FoundPan | undefined {
  const brand = cardBrand(digits);
  const start = groups[0]?.start ?? 0;
  const end = groups.at(-1)?.end ?? 0;
  if (brand === undefined || !isPlausible(groups, digits)) return undefined;
  if (digits.length > longestPan && !speaksOfCards(text, start, end)) return undefined;
  return isInIdentifier(text, start, end) ? undefined : { start, end, digits, brand };
}

function isPlausible(groups: readonly Group[], digits: string): boolean {
  if (groups.length === 1) return true;
  const longest = Math.max(...groups.map((group) => group.digits.length));
  if (groups.slice(1).some((group) => group.divider === 'mark'))
    return groups.length > 2 && longest <= longestMarkedGroup;
  // UnionPay prints 19 digits as 6 and 13.
  return longest <= longestGroup || digits.length === longestPanWithWord;
}

const words =
  /card|\bpan\b|\bcc\b|visa|union ?pay|银联|卡|kart|carte|tarjeta|cart[aã]o|carta|kort|kaart|karta|карт/iu;

function speaksOfCards(text: string, start: number, end: number): boolean {
  return words.test(text.slice(Math.max(0, start - 60), start)) || words.test(text.slice(end, end + 30));
}

const identifier = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=[0-9]*[a-f])[0-9a-f]{32,}/gi;

/** UUIDs and hashes: their digits are no number, nor a part of one. */
function isInIdentifier(text: string, start: number, end: number): boolean {
  const from = Math.max(0, start - 128);
  for (const { 0: match, index } of text.slice(from, end + 128).matchAll(identifier))
    if (from + index < end && from + index + match.length > start) return true;
  return false;
}
