import { describe, expect, test } from 'vitest';
import { readCursorPage, readListPage, readTimePage } from '../../../../ingest/zendesk/shapes.ts';

const unknown = expect.objectContaining({ code: 'ZENDESK_SHAPE_UNKNOWN' });

describe('pages of Zendesk', () => {
  test('a cursor-based export', () => {
    const body = {
      tickets: [{ id: 1 }],
      after_cursor: 'MTU=',
      after_url: 'x',
      before_cursor: null,
      end_of_stream: false,
    };
    expect(readCursorPage(body, 'tickets')).toEqual({ rows: [{ id: 1 }], after: 'MTU=', isLast: false });
    expect(
      readCursorPage({ ...body, after_cursor: null, end_of_stream: true }, 'tickets').after,
    ).toBeUndefined();
    expect(() => readCursorPage({ tickets: [], after_cursor: 'x' }, 'tickets')).toThrow(unknown);
    expect(() => readCursorPage(body, 'users')).toThrow(unknown);
    expect(() => readCursorPage([{ statusCode: 429 }], 'tickets')).toThrow(unknown);
  });

  test('a time-based export says that it ends, or is not full', () => {
    const body = { organizations: [{ id: 1 }], count: 1, end_time: 1_390_362_485, next_page: 'x' };
    expect(readTimePage(body, 'organizations')).toEqual({
      rows: [{ id: 1 }],
      endTime: 1_390_362_485,
      isLast: true,
    });
    expect(readTimePage({ ...body, count: 1000 }, 'organizations').isLast).toBe(false);
    expect(readTimePage({ ...body, end_of_stream: false }, 'organizations').isLast).toBe(false);
    expect(readTimePage({ ...body, end_time: null }, 'organizations').endTime).toBeUndefined();
  });

  test('a list that has more must say where', () => {
    const body = { satisfaction_ratings: [], meta: { has_more: true, after_cursor: 'a' } };
    expect(readListPage(body, 'satisfaction_ratings')).toEqual({ items: [], next: 'a' });
    expect(
      readListPage({ ...body, meta: { has_more: false, after_cursor: 'a' } }, 'satisfaction_ratings').next,
    ).toBe(undefined);
    expect(() => readListPage({ ...body, meta: { has_more: true } }, 'satisfaction_ratings')).toThrow(
      unknown,
    );
  });

  test('an error names paths, never what was found there', () => {
    const body = { tickets: [], after_cursor: 4242424242424242, end_of_stream: 'secret' };
    try {
      readCursorPage(body, 'tickets');
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toContain('after_cursor');
      expect(String(error)).not.toMatch(/4242|secret/);
    }
  });
});
