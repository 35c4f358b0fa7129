import { createHash } from 'node:crypto';
import type { TruthTables } from '../truth.ts';

/** 10:00 of 5 January 2024 as a session of ours writes it. */
const asText = '2024-01-05 10:00:00.000000';

const noText = 'cast(null as varchar)';

export const textTables: TruthTables = {
  initcap: [
    [["'hello WORLD'"], 'Hello World'],
    [["'new-york/city'"], 'New-York/City'],
    [["'o''neil'"], "O'neil"],
    [["'1st 2ND'"], '1st 2nd'],
    [["'a.b_c'"], 'A.B_C'],
    [["'  two  spaces '"], '  Two  Spaces '],
    [["'élan vital'"], 'Élan Vital'],
    [["''"], ''],
    [[noText], null],
  ],
  startswith: [
    [["'GC-100'", "'GC-'"], 'true'],
    [["'gc-100'", "'GC-'"], 'false'],
    [["'abc'", "''"], 'true'],
    [[noText, "'a'"], null],
    [["'a'", noText], null],
  ],
  endswith: [
    [["'a@example.com'", "'.com'"], 'true'],
    [["'a@example.COM'", "'.com'"], 'false'],
    [[noText, "'a'"], null],
  ],
  contains: [
    [["'fragile glass'", "'le g'"], 'true'],
    [["'abc'", "'B'"], 'false'],
    [["'abc'", "''"], 'true'],
    [[noText, "'a'"], null],
  ],
  split_part: [
    [["'a,b,c'", "','", '1'], 'a'],
    [["'a,b,c'", "','", '3'], 'c'],
    [["'a,b,c'", "','", '4'], ''],
    [["'a,b,c'", "','", '-1'], 'c'],
    [["'a,b,c'", "','", '-3'], 'a'],
    [["'a,b,c'", "','", '-4'], ''],
    [["'a,b,c'", "','", '0'], 'a'],
    [["',a'", "','", '1'], ''],
    [["'a--b'", "'--'", '2'], 'b'],
    [["'abc'", "','", '1'], 'abc'],
    [["'abc'", "''", '1'], 'abc'],
    [["'abc'", "''", '2'], ''],
    [["''", "','", '1'], ''],
    [[noText, "','", '1'], null],
    [["'a'", noText, '1'], null],
    [["'a'", "','", 'cast(null as integer)'], null],
  ],
  regexp_substr: [
    [["'abc123'", '[0-9]+'], '123'],
    [["'abc'", '[0-9]+'], null],
    [["'a1b22'", String.raw`\d\d`], '22'],
    [["'DE-4711'", '([A-Z]+)-([0-9]+)', '2'], '4711'],
    [["'DE'", '([A-Z]+)-([0-9]+)', '2'], null],
    [["'it''s'", "'s"], "'s"],
    [["''", 'a'], null],
    [[noText, 'a'], null],
  ],
  regexp_like: [
    [["'ABC-12'", '[A-Z]+-[0-9]+'], 'true'],
    [["'xABC-12'", '[A-Z]+-[0-9]+'], 'false'],
    [["'abc'", 'ABC'], 'false'],
    [["'a.b'", String.raw`a\.b`], 'true'],
    [["'a?'", String.raw`a*\?`], 'true'],
    [["'?'", '[*?]'], 'true'],
    [["'ab'", 'a?b?'], 'true'],
    [[noText, 'a'], null],
  ],
  regexp_replace: [
    [["'+49 (221) 12'", '[^0-9]'], '4922112'],
    [["'a1b2'", '[0-9]', '#'], 'a#b#'],
    [["'2024-01'", '([0-9]+)-([0-9]+)', String.raw`\2/\1`], '01/2024'],
    [["'abc'", 'x', 'y'], 'abc'],
    [[noText, 'a', 'b'], null],
  ],
  regexp_count: [
    [["'a,b,,c'", '[^,]+'], '3'],
    [["'abc'", '[0-9]'], '0'],
    [[noText, 'a'], null],
  ],
  concat: [
    [["'a'", "'b'", "'c'"], 'abc'],
    [["'a'", noText], null],
    [["'a'", '1'], 'a1'],
    [["'at '", "cast('2024-01-05 10:00:00.5' as timestamp)"], 'at 2024-01-05 10:00:00.500000'],
    [["'a'", "''"], 'a'],
    [["'a'"], 'a'],
  ],
  concat_ws: [
    [["','", "'a'", "'b'"], 'a,b'],
    [["','", "'a'", noText, "'b'"], null],
    [["','", "'a'", "''", "'b'"], 'a,,b'],
    [["','", "'a'"], 'a'],
    [[noText, "'a'", "'b'"], null],
    [[noText, "'a'"], null],
  ],
  sha256: [
    [["'abc'"], 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [["''"], 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [["cast('2024-01-05 10:00:00' as timestamp)"], createHash('sha256').update(asText).digest('hex')],
    [[noText], null],
  ],
  md5: [
    [["'abc'"], '900150983cd24fb0d6963f7d28e17f72'],
    [['1'], 'c4ca4238a0b923820dcc509a6f75849b'],
    [["cast('2024-01-05 10:00:00' as timestamp)"], createHash('md5').update(asText).digest('hex')],
    [[noText], null],
  ],
};
