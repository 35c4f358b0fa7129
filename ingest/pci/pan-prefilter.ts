import { shortestPan } from './pan-ranges.ts';
import { unitAt } from './digit-units.ts';

// A number of 15 digits, with or without dividers, covers 15 characters in a row that are digits or dividers: to rule
// it out, every 15th character is enough where that is a letter. The same goes for runs of base64. Most of a text is
// never looked at.
const isDigit = 1;
const isDivider = 2;
const isBase64 = 4;
const isCapital = 8;
const isOther = 16;

const classOf = new Uint8Array(65_536);

/** What a text may hold; what it does not say is certainly not there. */
export interface Suspicion {
  readonly digits: boolean;
  readonly encoded: boolean;
}

const harmless: Suspicion = { digits: false, encoded: false };

/** Base64 of the shortest number. */
const shortestEncoded = 20;

/** Whether a closer look is due. */
export function suspect(text: string): Suspicion {
  if (text.length < shortestPan) return harmless;
  const digits = hasLongChain(text) || (hasEscape(text) && hasManyDigits(text));
  const encoded = text.length >= shortestEncoded && hasLongRun(text);
  return digits || encoded ? { digits, encoded } : harmless;
}

function hasLongChain(text: string): boolean {
  const { length } = text;
  for (let at = shortestPan - 1; at < length; at += shortestPan) {
    if ((classAt(text, at) & isOther) !== 0) continue;
    let digits = 0;
    for (let left = at - 1; left >= 0; left -= 1) {
      const bits = classAt(text, left);
      if ((bits & isOther) !== 0) break;
      digits += bits & isDigit;
    }
    for (; at < length; at += 1) {
      const bits = classAt(text, at);
      if ((bits & isOther) !== 0) break;
      digits += bits & isDigit;
      if (digits >= shortestPan) return true;
    }
  }
  return false;
}

/**
 * Base64 of digits is never without capitals (M, N, O), nor is packed data, which begins with H4sI, eJ or eN: that
 * leaves out UUIDs, hashes and names of things in small letters.
 */
function hasLongRun(text: string): boolean {
  const { length } = text;
  for (let at = shortestEncoded - 1; at < length; at += shortestEncoded) {
    if ((classAt(text, at) & isBase64) === 0) continue;
    let size = 0;
    let capitals = 0;
    for (let left = at - 1; left >= 0; left -= 1) {
      const bits = classAt(text, left);
      if ((bits & isBase64) === 0) break;
      size += 1;
      capitals |= bits & isCapital;
    }
    for (; at < length; at += 1) {
      const bits = classAt(text, at);
      if ((bits & isBase64) === 0) break;
      size += 1;
      capitals |= bits & isCapital;
      if (size >= shortestEncoded && capitals !== 0) return true;
    }
  }
  return false;
}

/** Escapes hold letters, which would end a chain. */
function hasEscape(text: string): boolean {
  return text.includes('%') || text.includes('&') || text.includes('\\');
}

function hasManyDigits(text: string): boolean {
  let digits = 0;
  for (let at = 0; at < text.length; at += 1) {
    digits += classAt(text, at) & isDigit;
    if (digits >= shortestPan) return true;
  }
  return false;
}

function classAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return classOf[code] || learn(code);
}

function learn(code: number): number {
  const character = String.fromCharCode(code);
  const bits =
    kindOf(code, character) |
    (/[A-Za-z0-9+/_-]/.test(character) ? isBase64 : 0) |
    (/[A-Z]/.test(character) ? isCapital : 0);
  classOf[code] = bits;
  return bits;
}

function kindOf(code: number, character: string): number {
  // Half of a character beyond the basic plane: there are digits among those.
  if (code >= 0xd800 && code <= 0xdfff) return isDigit;
  const { kind } = unitAt(character, 0);
  if (typeof kind === 'number') return isDigit;
  return kind === 'other' ? isOther : isDivider;
}
