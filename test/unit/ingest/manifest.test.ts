import { describe, expect, test } from 'vitest';
import { manifestKey, parseManifest, renderManifest } from '../../../ingest/landing/manifest.ts';
import type { Manifest } from '../../../ingest/landing/manifest.ts';

const sha256 = 'ab'.repeat(32);
const manifest: Manifest = {
  version: 1,
  source: 'shop',
  batchId: 'shop-000000000012',
  kind: 'changes',
  fromPosition: '0000000000000100',
  toPosition: '0000000000000200',
  toCommittedAt: '2026-01-02T03:04:05.678901Z',
  rows: 3,
  files: [
    {
      key: 'data/shop/orders/x.ndjson.gz',
      table: 'orders',
      rows: 3,
      bytes: 99,
      sha256,
      minPosition: '0000000000000110',
      maxPosition: '0000000000000190',
    },
  ],
  schemas: { abc: { table: 'orders', columns: [{ name: 'id', typeOid: 20, typeModifier: -1 }] } },
  origin: { systemIdentifier: '7', timeline: 1, database: 'shop', slot: 's', publication: 'p' },
  createdAt: '2026-01-02T03:04:06.000Z',
};
const key = manifestKey('shop', manifest.fromPosition);

describe('manifest', () => {
  test('what is written is what is read', () => {
    expect(parseManifest(renderManifest(manifest), key)).toEqual(manifest);
  });

  test.each<[string, object]>([
    ['a position in lower case', { toPosition: '00000000000002ab' }],
    ['an end before its beginning', { toPosition: '0000000000000100' }],
    ['rows that are not the sum of the files', { rows: 4 }],
    ['a field of another version', { version: 2 }],
    ['an unknown field', { extra: true }],
    ['a batch id of another form', { batchId: 'shop-12' }],
    ['a time without microseconds', { toCommittedAt: '2026-01-02T03:04:05.678Z' }],
    ['a file without a checksum', { files: [{ ...manifest.files[0], sha256: '' }] }],
  ])('%s is refused', (_, change) => {
    expect(() => parseManifest(JSON.stringify({ ...manifest, ...change }), key)).toThrow(
      expect.objectContaining({ code: 'LANDING_MANIFEST_INVALID', where: key }),
    );
  });

  test('a cut object and an object under the key of another position are refused', () => {
    const text = renderManifest(manifest);
    const code = { code: 'LANDING_MANIFEST_INVALID' };
    expect(() => parseManifest(text.slice(0, -20), key)).toThrow(expect.objectContaining(code));
    expect(() => parseManifest(text, manifestKey('shop', '0'.repeat(16)))).toThrow(
      expect.objectContaining(code),
    );
  });
});
