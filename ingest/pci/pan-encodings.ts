import { Buffer } from 'node:buffer';
import { unzipSync } from 'node:zlib';
import { findPans } from './pan-finder.ts';
import type { FoundPan } from './pan-finder.ts';
import { shortestPan } from './pan-ranges.ts';
import { suspect } from './pan-prefilter.ts';

/** A piece of base64 that holds card numbers, plain or packed. */
export interface EncodedPans {
  readonly start: number;
  readonly end: number;
  readonly form: 'base64' | 'gzip';
  readonly pans: readonly FoundPan[];
}

/** Runs of the alphabet, over line breaks as mail has them; what already stands for a number is passed over. */
const runs =
  /\[PAN:tkv2_[a-z0-9]{1,16}_[A-Z2-7]{32}\]|(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2}/g;
/** gzip and zlib announce themselves. */
const packed = /H4sI|eJ|eN/;
/** Larger than any line that is landed. */
const largestUnpacked = 67_108_864;

/** Looks one level into base64, and into gzip or zlib below it. */
export function findEncodedPans(text: string): EncodedPans[] {
  const found: EncodedPans[] = [];
  for (const { 0: run, index } of text.matchAll(runs)) {
    if (run.startsWith('[') || !/[A-Z]/.test(run)) continue;
    const inside = lookInto(run.replaceAll(/\r?\n/g, ''));
    if (inside !== undefined) found.push({ start: index, end: index + run.length, ...inside });
  }
  return found;
}

function lookInto(run: string): Pick<EncodedPans, 'form' | 'pans'> | undefined {
  // Something of the same alphabet may stand right before it, so that groups of four begin anywhere.
  for (let offset = 0; offset < 4; offset += 1) {
    const pans = pansOf(decode(offset === 0 ? run : run.slice(offset)));
    if (pans.length > 0) return { form: 'base64', pans };
  }
  const start = packed.exec(run)?.index;
  if (start === undefined) return undefined;
  const pans = pansOf(unpack(decode(run.slice(start))));
  return pans.length === 0 ? undefined : { form: 'gzip', pans };
}

/** Most runs are short: one buffer for all of them takes a third of the time of one each. Valid until the next call. */
const scratch = Buffer.alloc(4_096);

function decode(run: string): Buffer {
  if (run.length > scratch.length) return Buffer.from(run, 'base64');
  return scratch.subarray(0, scratch.write(run, 'base64'));
}

function unpack(bytes: Buffer): Buffer {
  try {
    return unzipSync(bytes, { maxOutputLength: largestUnpacked });
  } catch {
    // It only looked packed.
    return Buffer.alloc(0);
  }
}

function pansOf(bytes: Buffer): FoundPan[] {
  if (!mayHoldDigits(bytes)) return [];
  const text = bytes.toString('utf8');
  return suspect(text).digits ? findPans(text) : [];
}

/** Most runs are identifiers: what they decode to has too few bytes that could be digits. */
function mayHoldDigits(bytes: Buffer): boolean {
  let count = 0;
  // 0-9, or the first byte of any character beyond ASCII.
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if ((byte >= 48 && byte <= 57) || byte >= 0xc2) count += 1;
  }
  return count >= shortestPan;
}
