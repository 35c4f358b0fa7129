import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compact } from '../../../ingest/archive/compact.ts';
import { contentsOf, localLines } from '../../../ingest/archive/archive.ts';
import { readCatalog } from '../../../ingest/archive/catalog.ts';
import { parseLine, renderLine } from '../../../ingest/archive/line-content.ts';
import type { RawLine } from '../../../ingest/landing/raw-line.ts';
import { openArchiveWorld } from '../../support/archive-world.ts';
import type { ArchiveWorld } from '../../support/archive-world.ts';

const columns = [
  { name: 'id', typeOid: 20, typeModifier: -1 },
  { name: 'n', typeOid: 1700, typeModifier: -1 },
  { name: 'price', typeOid: 1700, typeModifier: ((12 << 16) | 2) + 4 },
  { name: 'f', typeOid: 701, typeModifier: -1 },
  { name: 'd', typeOid: 1082, typeModifier: -1 },
  { name: 'ts', typeOid: 1114, typeModifier: -1 },
  { name: 'tz', typeOid: 1184, typeModifier: -1 },
  { name: 'tod', typeOid: 1083, typeModifier: -1 },
  { name: 'flag', typeOid: 16, typeModifier: -1 },
  { name: 'u', typeOid: 2950, typeModifier: -1 },
  { name: 'we"ird/~ü $.', typeOid: 25, typeModifier: -1 },
  { name: '__proto__', typeOid: 25, typeModifier: -1 },
  { name: '1', typeOid: 25, typeModifier: -1 },
];

/** What PostgreSQL may send for each type, the common and the strange. */
const special: Readonly<Record<string, readonly string[]>> = {
  id: ['1', '-9223372036854775808', '9223372036854775807'],
  n: ['NaN', 'Infinity', '-Infinity', '123456789012345678901234567890123456789.5', '0.10', '-0', '1e5', '7'],
  price: ['0.10', '-1.00', '9999999999.99', 'NaN'],
  f: ['NaN', '-Infinity', '1e-300', '0.1', '-0', '1', '1e+20'],
  d: ['infinity', '-infinity', '4713-01-01 BC', '5874897-12-31', '2024-02-29'],
  ts: ['infinity', '0044-03-15 12:00:00 BC', '2024-01-01 00:00:00.000001', '2024-01-01 00:00:00'],
  tz: ['-infinity', '294276-12-31 23:59:59+00', '2024-01-01 00:00:00.123456+00', '2024-01-01 00:00:00+00'],
  tod: ['24:00:00', '00:00:00.000001', '12:34:56'],
  flag: ['t', 'f'],
  u: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
};

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    '\u0000\u001f"\\/',
    '\u2028',
    '😀',
    'null',
    '{"a":1}',
    ',"data":{',
    "'; --",
    'NULL',
    '\\N',
  ),
);

/** Clean values alone let types hold; with the others among them, a column falls back to text. */
const valueOf = (name: string, isClean: boolean): fc.Arbitrary<string | null> => {
  const known = Object.hasOwn(special, name) ? special[name] : undefined;
  if (known === undefined) return fc.option(texts);
  return fc.option(isClean ? fc.constant(known.at(-1) ?? '') : fc.oneof(fc.constantFrom(...known), texts));
};

const lineOf = (isClean: boolean): fc.Arbitrary<RawLine> =>
  fc.record({
    op: fc.constantFrom('r', 'c', 'u', 'd', 't', 's'),
    pos: fc.constantFrom('0000000000000001', '00000000000000FF', 'FFFFFFFFFFFFFFFF'),
    ord: fc.integer({ min: 0, max: 2 ** 52 }),
    at: fc.constantFrom(
      '2026-03-01T00:00:00.000001Z',
      '2026-03-01T00:00:00.500000Z',
      '2026-03-01T23:59:59.999999Z',
    ),
    schema: fc.constantFrom('abc', 'd"e'),
    unchanged: fc.option(
      fc.subarray(
        columns.map(({ name }) => name),
        { minLength: 1 },
      ),
      { nil: undefined },
    ),
    data: fc
      .tuple(fc.subarray([...columns]), fc.tuple(...columns.map(({ name }) => valueOf(name, isClean))))
      // By entries: a name such as __proto__ is a column like any other.
      .map(([present, values]) =>
        Object.fromEntries(
          present.map(({ name }) => [name, values[columns.findIndex((c) => c.name === name)] ?? null]),
        ),
      ),
  }) as fc.Arbitrary<RawLine>;

const textOf = ({ op, pos, ord, at, schema, unchanged, data }: RawLine): string =>
  JSON.stringify({ op, pos, ord, at, schema, unchanged, data });

async function readBack(world: ArchiveWorld): Promise<string[]> {
  const { files, compactionOf } = await readCatalog(world.store);
  const lines: string[] = [];
  for (const { file } of files) {
    const compaction = compactionOf.get(file.key);
    expect(compaction).toBeDefined();
    await world.janitor.remove(file.key);
    for await (const contents of contentsOf(world.deps, file, compaction))
      lines.push(...contents.map((content) => renderLine(content).trimEnd()));
  }
  return lines;
}

/** Every value, in any order of rows and names. */
const canonical = (lines: readonly string[]): string[] =>
  lines
    .map((line) => {
      const { data, ...rest } = parseLine(line, 'test');
      return JSON.stringify([rest, Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
    })
    .toSorted();

describe('compaction to Parquet', () => {
  test.each([true, false])(
    'gives back every value of every row, to the byte (clean: %s)',
    async (isClean) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(lineOf(isClean), { minLength: 1, maxLength: 25 }), {
            minLength: 1,
            maxLength: 3,
          }),
          async (batches) => {
            await using world = await openArchiveWorld();
            for (const lines of batches)
              await world.land('shop', '2026-03-01', { items: { lines: lines.map(textOf), columns } });
            const made = await compact(world.deps);
            expect(made.map(({ files, rows }) => ({ files, rows }))).toEqual([
              { files: batches.length, rows: batches.flat().length },
            ]);
            expect(canonical(await readBack(world))).toEqual(canonical(batches.flat().map(textOf)));
          },
        ),
        { numRuns: 12 },
      );
    },
  );

  test('types hold where they lose nothing, and text stands where one value would change', async () => {
    await using world = await openArchiveWorld();
    const row = (data: Record<string, string | null>): string =>
      textOf({ op: 'c', pos: '00', ord: 1, at: '2026-03-01T00:00:00.000001Z', schema: 's', data });
    const clean = Object.fromEntries(
      Object.entries(special).map(([name, values]) => [name, values.at(-1) ?? '']),
    );
    const lines = [
      row({ ...clean, price: '0.10', f: '0.1' }),
      row({ id: '2', d: '4713-01-01 BC', flag: null }),
    ];
    await world.land('shop', '2026-03-01', { items: { lines, columns } });
    await compact(world.deps);
    const { compactions } = await readCatalog(world.store);
    const kept = Object.fromEntries(
      compactions.flatMap(({ compaction }) =>
        compaction.parquet.columns.map(({ name, type }) => [name, type]),
      ),
    );
    expect(kept).toMatchObject({
      _committed_at: 'iso',
      id: 'bigint',
      n: 'text',
      price: 'decimal(12,2)',
      f: 'double',
      d: 'text',
      ts: 'timestamp',
      tz: 'timestamptz',
      tod: 'time',
      flag: 'boolean',
      u: 'uuid',
    });
  });

  test('objects of an API keep every character, numbers as they were written', async () => {
    await using world = await openArchiveWorld();
    const head =
      '{"op":"u","pos":"0000000000000001","ord":1773000000000000,"at":"2026-03-01T00:00:00.000000Z","schema":"s"';
    const lines = [
      `${head},"data":{"id":"ch_1","amount":1.10,"big":123456789012345678901234567890,"nested":{"a":[1,2.50,null]},"t":true}}`,
      `${head},"unchanged":["\\"data\\":"],"data":{}}`,
    ];
    await world.land('stripe', '2026-03-01', {
      charges: { lines, columns: [{ name: 'id', type: 'string' }] },
    });
    await compact(world.deps);
    expect((await readBack(world)).toSorted()).toEqual(lines.toSorted());
  });

  test('only closed days, each table and source apart, twice is once, and a late file is a file of its own', async () => {
    await using world = await openArchiveWorld();
    world.setNow('2026-03-03T08:00:00Z');
    const lines = [
      textOf({
        op: 'c',
        pos: '00',
        ord: 1,
        at: '2026-03-01T00:00:00.000000Z',
        schema: 's',
        data: { id: '1' },
      }),
    ];
    const part = { lines, columns };
    await world.land('shop', '2026-03-01', { items: part, others: part });
    await world.land('shop', '2026-03-02', { items: part });
    await world.land('shop', '2026-03-03', { items: part });
    await world.land('stripe', '2026-03-01', { items: part });
    expect(await compact(world.deps, { dryRun: true })).toHaveLength(4);
    expect(await world.store.list('parquet/')).toEqual([]);
    const made = await compact(world.deps);
    expect(made.map(({ source, table, day }) => `${source}.${table} ${day}`)).toEqual([
      'shop.items 2026-03-01',
      'shop.others 2026-03-01',
      'shop.items 2026-03-02',
      'stripe.items 2026-03-01',
    ]);
    expect((await world.store.list('parquet/')).map((key) => key.replace(/[^/]+$/, ''))).toEqual([
      'parquet/shop/items/date=2026-03-01/',
      'parquet/shop/items/date=2026-03-02/',
      'parquet/shop/others/date=2026-03-01/',
      'parquet/stripe/items/date=2026-03-01/',
    ]);
    expect(await compact(world.deps)).toEqual([]);
    await world.land('shop', '2026-03-01', { items: part });
    expect(await compact(world.deps, { day: '2026-03-01' })).toMatchObject([{ files: 1 }]);
    await expect(compact(world.deps, { day: '2026-03-03' })).rejects.toMatchObject({
      code: 'ARCHIVE_DAY_OPEN',
    });
  });

  test('a file that is not what its manifest says is not compacted', async () => {
    await using world = await openArchiveWorld();
    const lines = [
      textOf({
        op: 'c',
        pos: '00',
        ord: 1,
        at: '2026-03-01T00:00:00.000000Z',
        schema: 's',
        data: { id: '1' },
      }),
    ];
    const { files } = await world.land('shop', '2026-03-01', { items: { lines, columns } });
    await world.land('shop', '2026-03-01', { items: { lines: [...lines, ...lines], columns } });
    const [file] = files;
    if (file === undefined) throw new Error('no file');
    await world.janitor.remove(file.key);
    await expect(compact(world.deps)).rejects.toMatchObject({ code: 'LANDING_OBJECT_MISSING' });
    const other = await world.store.get((await world.store.list('data/'))[0] ?? '');
    await world.store.put(file.key, other ?? '');
    await expect(compact(world.deps)).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED', where: file.key });
    expect(await world.store.list('compactions/')).toEqual([]);
  });

  test('an engine that gives back another value is caught, and text is taken instead', async () => {
    await using world = await openArchiveWorld();
    const lines = [
      textOf({
        op: 'c',
        pos: '00',
        ord: 1,
        at: '2026-03-01T00:00:00.000000Z',
        schema: 's',
        data: { id: '1', price: '5.00' },
      }),
    ];
    await world.land('shop', '2026-03-01', { items: { lines, columns } });
    const { parquet } = world.deps;
    const lossy = {
      write: parquet.write,
      read: async function* read(...[file, key]: Parameters<typeof parquet.read>) {
        const isTyped = file.columns.some(({ name, type }) => name === 'price' && type !== 'text');
        for await (const rows of parquet.read(file, key))
          yield isTyped ? rows.map((row) => row.map((value) => (value === '5.00' ? '5' : value))) : rows;
      },
    };
    await compact({ ...world.deps, parquet: lossy });
    const { compactions } = await readCatalog(world.store);
    expect(compactions[0]?.compaction.parquet.columns.find(({ name }) => name === 'price')).toEqual({
      name: 'price',
      type: 'text',
    });
    expect(canonical(await readBack(world))).toEqual(canonical(lines));
  });

  test('a compacted file becomes lines again that a loader can take', async () => {
    await using world = await openArchiveWorld();
    const lines = ['1', '2', '3'].map((id) =>
      textOf({
        op: 'c',
        pos: '00',
        ord: Number(id),
        at: '2026-03-01T00:00:00.000000Z',
        schema: 's',
        data: { price: '1.00', id },
      }),
    );
    const { files } = await world.land('shop', '2026-03-01', { items: { lines, columns } });
    await compact(world.deps);
    const { compactionOf } = await readCatalog(world.store);
    for (const file of files) {
      await world.janitor.remove(file.key);
      const wanted = await localLines(world.deps, file, compactionOf.get(file.key), ({ ord }) => ord !== '2');
      expect(wanted.rows).toBe(2);
      // As it was landed, to the byte.
      expect(gunzipSync(await readFile(wanted.path)).toString()).toBe(`${lines[0]}\n${lines[2]}\n`);
      await wanted.release();
      await expect(localLines(world.deps, file, undefined)).rejects.toMatchObject({
        code: 'ARCHIVE_DAMAGED',
      });
    }
  });
});
