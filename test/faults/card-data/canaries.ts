import { withCheckDigit } from '../../unit/ingest/pci/card-numbers.ts';

/** Valid numbers that occur nowhere by chance, one per brand. */
export const canaries: readonly string[] = [
  '4242424242424242',
  ...['555591827364501', '37828463017395', '601177263549182', '352883647261940', '622188371946250'].map(
    withCheckDigit,
  ),
];

/** Ways to write a number. */
export const forms: Readonly<Record<string, (pan: string) => string>> = {
  plain: (pan) => pan,
  spaces: (pan) => groups(pan).join(' '),
  dashes: (pan) => groups(pan).join('-'),
  nbsp: (pan) => groups(pan).join('\u00a0'),
  fullWidth: (pan) => pan.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  base64: (pan) => Buffer.from(`the card is ${pan}.`).toString('base64'),
};
const writers = Object.values(forms);

export const formCount = writers.length;

/** What a person might leave in a field: one number in one form; consecutive numbers go through all of both. */
export function plantedText(index: number): string {
  const pan = canaries[Math.floor(index / formCount + index) % canaries.length] ?? '';
  return `pls charge ${writers[index % formCount]?.(pan) ?? ''} thx`;
}

/** Gives a text for each field of each object, and counts them by field. */
export function createPlanter(): {
  readonly plant: (path: string) => string;
  readonly counts: ReadonlyMap<string, number>;
} {
  const counts = new Map<string, number>();
  const plant = (path: string): string => {
    const index = counts.get(path) ?? 0;
    counts.set(path, index + 1);
    return plantedText(index);
  };
  return { plant, counts };
}

const alignments = canaries.flatMap((pan) => [0, 1, 2].map((shift) => core64(pan, shift)));

/**
 * Canaries in bytes, looked for without the pipeline's own detector: as digits with anything else taken out, so that
 * no way of dividing matters, and as base64 at each alignment.
 */
export function canariesIn(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  // Escapes of JSON and of URLs hold digits of their own.
  const written = text.replaceAll(/\\u00a0|%c2%a0|%20/gi, ' ').normalize('NFKC');
  const digits = written.replaceAll(/\D+/g, (between) => (between.length > 3 ? 'x' : ''));
  const found = canaries.filter((pan) => digits.includes(pan));
  return [...found, ...alignments.filter((each) => text.includes(each))];
}

/** Base64 of a number that begins at some byte of a group of three: the groups that hold nothing but it. */
function core64(pan: string, shift: number): string {
  const whole = Buffer.from('x'.repeat(shift) + pan).toString('base64');
  return whole.slice(shift === 0 ? 0 : 4, Math.floor((shift + pan.length) / 3) * 4);
}

function groups(pan: string): string[] {
  const sizes = pan.length === 15 ? [4, 6, 5] : [4, 4, 4, 4];
  let from = 0;
  return sizes.map((size) => pan.slice(from, (from += size)));
}
