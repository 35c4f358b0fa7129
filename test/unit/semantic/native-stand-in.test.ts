import { describe, expect, it } from 'vitest';
import { installNativeStandIn } from '../../../semantic/server/native-stand-in/install.ts';
import type { NativeExports } from '../../../semantic/server/native-stand-in/install.ts';
import { PlainYamlEngine, findTemplate } from '../../../semantic/server/native-stand-in/jinja-engine.ts';
import { redactSqlLiterals } from '../../../semantic/server/native-stand-in/redact-sql.ts';
import { toCubeTime } from '../../../semantic/server/native-stand-in/time-text.ts';

function nativeModule(loadNative: () => unknown): NativeExports {
  const missing = (): never => {
    throw new Error('Unable to load @cubejs-backend/native');
  };
  return { loadNative, NativeInstance: { prototype: {} }, setupLogger: missing, execSql: missing };
}

describe('installing the stand-in', () => {
  it('changes nothing where the binary loads', () => {
    const native = nativeModule(() => ({}));
    const before = { ...native };
    expect(installNativeStandIn(native)).toBe('binary');
    expect(native).toEqual(before);
  });

  it('takes the place of a binary that does not load', () => {
    const native = nativeModule(() => {
      throw new Error('Unable to load @cubejs-backend/native');
    });
    expect(installNativeStandIn(native)).toBe('stand-in');
    expect(native['setupLogger']).not.toThrow();
    const { newJinjaEngine } = native.NativeInstance.prototype as { newJinjaEngine: () => unknown };
    expect(newJinjaEngine()).toBeInstanceOf(PlainYamlEngine);
  });

  it.each([
    ['execSql', 'the SQL API'],
    ['registerInterface', 'the SQL API'],
    ['buildSqlAndParams', 'the Tesseract planner'],
    ['parseCubestoreResultMessage', 'Cube Store'],
  ])('says that %s needs the binary', (name, feature) => {
    const native = nativeModule(() => {
      throw new Error('no binary');
    });
    installNativeStandIn(native);
    expect(native[name]).toThrow(
      expect.objectContaining({
        code: 'SEMANTIC_NATIVE_MISSING',
        message: expect.stringContaining(feature),
      }),
    );
  });
});

describe('Jinja', () => {
  it.each([
    ['cubes:\n  - name: "{{ name }}"', { line: 2, column: 12 }],
    ['{% for x in xs %}', { line: 1, column: 1 }],
    ['a: "{# note #}"', { line: 1, column: 5 }],
    ['sql: "{CUBE}.amount = {other.amount}"', undefined],
    ['meta: { a: { b: 1 } }', undefined],
  ])('in %j is found at %j', (content, place) => {
    expect(findTemplate(content)).toEqual(place);
  });

  it('is refused with file, line and column', () => {
    expect(() => new PlainYamlEngine().loadTemplate('cubes/a.yml', 'x: "{{ y }}"')).toThrow(
      expect.objectContaining({ code: 'SEMANTIC_MODEL_TEMPLATED', where: 'cubes/a.yml:1:5' }),
    );
  });
});

describe('redacted SQL', () => {
  it.each([
    ["select 'a' from t", "select 'redacted' from t"],
    ["where x = 'it''s' and y = 2", "where x = 'redacted' and y = 2"],
    [String.raw`where x = E'a\'b' or y`, "where x = 'redacted' or y"],
    ['select "it\'s" from t', 'select "it\'s" from t'],
    ["-- don't\nselect 'x'", "-- don't\nselect 'redacted'"],
    ['select $$a$b$$, $1, $2', "select 'redacted', $1, $2"],
    ["select 'never closed", "select 'redacted'"],
  ])('%s', (sql, redacted) => {
    expect(redactSqlLiterals(sql)).toBe(redacted);
  });
});

describe('times', () => {
  it.each([
    ['2026-01-31T23:59:59.123Z', '2026-01-31T23:59:59.123'],
    ['2026-01-31 23:59:59', '2026-01-31T23:59:59.000'],
    ['2026-01-31 23:59:59.123456', '2026-01-31T23:59:59.123'],
    ['2026-01-31 23:59:59.5 UTC', '2026-01-31T23:59:59.500'],
    ['2026-01-31T23:59:59+02:00', '2026-01-31T23:59:59.000'],
    ['2026-01-31', '2026-01-31'],
    ['yesterday', 'yesterday'],
    [null, null],
  ])('%s', (value, expected) => {
    expect(toCubeTime(value)).toBe(expected);
  });
});
