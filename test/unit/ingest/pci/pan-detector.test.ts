import { gzipSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { suspect } from '../../../../ingest/pci/pan-prefilter.ts';
import { createScrubber, scrubJson } from '../../../../ingest/pci/scrub.ts';
import { anyPan, digitsOf, withCheckDigit, written } from './card-numbers.ts';

const seen: string[] = [];
const scrub = createScrubber((digits) => {
  seen.push(digits);
  return 'T';
});

/** The numbers that are found in a text, as digits. */
function found(text: string): string[] {
  seen.length = 0;
  scrub(text);
  return [...seen];
}

const separators =
  ' |-|.|\u00a0|\u202f|\u2009|\u3000|\t|\n|–|—|−|_|/|·|\uff0e|%20|%2D|%C2%A0|&nbsp;|&#160;|\\u00a0|\u200b| - |  '.split(
    '|',
  );
const zeros = ['0', '\uff10', '\u0660', '\u06f0', '\u0966', '\u{1d7ce}', '\u{1d7f6}'];

const anyWriting = fc
  .tuple(anyPan, fc.constantFrom('', ...separators), fc.constantFrom(...zeros))
  .map(([pan, separator, zero]) => ({ pan, text: written(pan, separator, zero) }));

const embeddings: ReadonlyArray<(text: string) => string> = [
  (text) => text,
  (text) => `my card is ${text}, valid 12/27, please charge it`,
  (text) => `PAN${text}x`,
  (text) => `(${text})`,
  (text) => `{"note":"${text}","amount":12}`,
  (text) => `https://shop.example/pay?card=${text}&cvc=1`,
  (text) => `<b>${text}</b>`,
  (text) => `Заказ ${text} оплачен`,
  (text) => `卡号${text}。`,
  (text) => `order SW-1000001 of 2026-11-27T10:00:00Z: ${text}`,
  (text) => `${'x'.repeat(5_000)} ${text} ${'y'.repeat(5_000)}`,
];

test('every card number is found, however it is divided, in whatever digits, wherever it stands', () => {
  fc.assert(
    fc.property(anyWriting, fc.constantFrom(...embeddings), ({ pan, text }, embed) => {
      expect(found(embed(text))).toEqual([pan]);
    }),
    { numRuns: 2_000 },
  );
});

test('every card number is found in base64, gzip and zlib inside of base64, with anything around', () => {
  const encodings: ReadonlyArray<(text: string) => string> = [
    (text) => Buffer.from(text).toString('base64'),
    (text) => Buffer.from(text).toString('base64url'),
    (text) => gzipSync(text).toString('base64'),
    (text) => deflateSync(text).toString('base64'),
    (text) =>
      Buffer.from('padding '.repeat(20) + text)
        .toString('base64')
        .replaceAll(/.{76}/g, '$&\r\n'),
  ];
  const around: ReadonlyArray<(text: string) => string> = [
    (text) => text,
    (text) => `data:text/plain;base64,${text}`,
    (text) => `{"blob":"${text}"}`,
    (text) => `token_${text}`,
    (text) => `x${text} and so on`,
  ];
  const inside = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => `{"number":"${text}"}`,
    (text) => `é ${text} ü`,
  );
  fc.assert(
    fc.property(
      anyWriting,
      inside,
      fc.constantFrom(...encodings),
      fc.constantFrom(...around),
      ({ pan, text }, wrap, encode, embed) => {
        expect(found(embed(encode(wrap(text))))).toContain(pan);
      },
    ),
    { numRuns: 1_500 },
  );
});

test('nineteen digits count beside a word that speaks of cards, and only there', () => {
  fc.assert(
    fc.property(fc.constantFrom('4', '62'), digitsOf(16), (lead, rest) => {
      const pan = withCheckDigit(`${lead}${rest}0`.slice(0, 18));
      expect(found(`card: ${pan}`)).toEqual([pan]);
      expect(found(`银联 ${pan.slice(0, 6)} ${pan.slice(6)}`)).toEqual([pan]);
      expect(found(`tracking ${pan}`)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('what is no card number stays: other lengths, other ranges, a wrong check digit', () => {
  fc.assert(
    fc.property(anyPan, fc.integer({ min: 1, max: 9 }), (pan, add) => {
      const wrong = `${pan.slice(0, -1)}${(Number(pan.at(-1)) + add) % 10}`;
      expect(found(wrong)).toEqual([]);
      expect(found(`${pan}0`)).toEqual([]);
      expect(found(`9${pan}`)).toEqual([]);
      expect(found(withCheckDigit(`9${pan.slice(1, -1)}`))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('ids of 13 digits, also with a suffix, and times in microseconds are never taken for one', () => {
  const ids = fc.integer({ min: 1, max: 9 }).chain((lead) => digitsOf(12).map((rest) => `${lead}${rest}`));
  fc.assert(
    fc.property(ids, digitsOf(3), (id, suffix) => {
      for (const text of [id, `gid://shopify/Order/${id}`, `${id}-${suffix}`, `/orders/${id}/${suffix}`])
        expect(found(text)).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
  const micros = fc.integer({ min: 946_684_800_000_000, max: 2_208_988_800_000_000 });
  fc.assert(
    fc.property(micros, (time) => {
      expect(found(String(time))).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test('UUIDs, hashes, decimals, IP addresses and times are never taken for one', () => {
  const hex = (count: number): fc.Arbitrary<string> =>
    fc
      .array(fc.constantFrom(...Array.from('0123456789abcdef')), { minLength: count, maxLength: count })
      .map((x) => x.join(''));
  const nearlyDigits = anyPan.map((pan) => `${pan.padEnd(16, '0')}${'a'.repeat(16)}`);
  fc.assert(
    fc.property(fc.oneof(hex(64), nearlyDigits), fc.uuid(), (hash, uuid) => {
      expect(found(`${hash} ${uuid}`)).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
  fc.assert(
    fc.property(anyPan, fc.integer({ min: 1, max: 6 }), (pan, place) => {
      expect(found(`${pan.slice(0, place)}.${pan.slice(place)}`)).toEqual([]);
    }),
    { numRuns: 500 },
  );
  expect(found('2026-11-27 12:00:00.123456+00')).toEqual([]);
  expect(found('192.168.100.200 10.0.0.1')).toEqual([]);
});

test('a card number among other digits is found from group to group', () => {
  expect(found('4242 4242 4242 4242 12/27 123')).toEqual(['4242424242424242']);
  expect(found('1 4242 4242 4242 4242')).toEqual(['4242424242424242']);
  expect(found('4242-4242-4242-4242 and 5555.5555.5555.4444')).toEqual([
    '4242424242424242',
    '5555555555554444',
  ]);
  expect(found('4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2')).toEqual(['4242424242424242']);
  expect(found('%34%32%34%32%34%32%34%32%34%32%34%32%34%32%34%32')).toEqual(['4242424242424242']);
  expect(found(';4242424242424242=27121010000012300000?')).toEqual(['4242424242424242']);
});

test('scrubbing is idempotent, leaves no number and everything else as it was', () => {
  const token = `tkv2_k1_${'A2B3C4D5E6F7'.repeat(3).slice(0, 32)}`;
  const scrubber = createScrubber(() => token);
  const text = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      anyWriting.map((each) => each.text),
      anyWriting.map((each) => Buffer.from(each.text).toString('base64')),
      fc.constantFrom(' ', '-', ',', '[PAN:', ']', '[PAN:4242424242424242', '4', '42'),
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(text, (pieces) => {
      const once = scrubber(pieces.join(''));
      const twice = scrubber(once.text);
      expect(twice.hits).toEqual([]);
      expect(twice.text).toBe(once.text);
      if (once.hits.length === 0) expect(once.text).toBe(pieces.join(''));
    }),
    { numRuns: 600 },
  );
});

test('whatever it is given, it never throws; hits say everything but the number', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => void scrub(text)));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      scrub(Buffer.from(bytes).toString('base64'));
      scrub(`H4sI${Buffer.from(bytes).toString('base64')}`);
      scrub(Buffer.from(bytes).toString('latin1'));
    }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...Array.from('0123456789 -./_%&#;x\\u')), { maxLength: 200 }),
      (characters) => {
        scrub(characters.join(''));
      },
    ),
  );
  const { text, hits } = scrub('pay 4242 4242 4242 4242 now');
  expect(text).toBe('pay [PAN:T] now');
  expect(hits).toEqual([{ brand: 'visa', digits: 16, form: 'plain', token: 'T' }]);
});

test('JSON is scrubbed in its leaves and names; declared ids are not looked at', () => {
  const value = {
    id: 4242424242424242,
    amount: 12.5,
    big: 4242424242424242,
    nested: [{ note: 'card 4242424242424242' }, null, true],
    '5555555555554444': 1,
  };
  const result = scrubJson(value, scrub, new Set(['id']));
  expect(result.value).toEqual({
    id: 4242424242424242,
    amount: 12.5,
    big: '[PAN:T]',
    nested: [{ note: 'card [PAN:T]' }, null, true],
    '[PAN:T]': 1,
  });
  expect(result.hits).toHaveLength(3);
});

test('the shortest number is found at any place between letters, and so is its base64', () => {
  const pan = '378282246310005';
  const encoded = Buffer.from(pan).toString('base64');
  for (let before = 0; before < 60; before += 1) {
    for (let after = 0; after < 20; after += 1) {
      expect(found(`${'x'.repeat(before)}${pan}${'y'.repeat(after)}`)).toEqual([pan]);
      expect(found(`${'x '.repeat(before)}.${encoded}${' y'.repeat(after)}`)).toEqual([pan]);
    }
  }
});

test('ordinary text is told from a look at few of its characters', () => {
  expect(suspect('Customer asked about the delayed parcel, order SW-100001 from 2026-11-27')).toEqual({
    digits: false,
    encoded: false,
  });
  expect(suspect('4242424242424242')).toEqual({ digits: true, encoded: false });
});
