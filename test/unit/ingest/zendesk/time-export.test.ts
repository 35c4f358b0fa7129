import { expect, test } from 'vitest';
import type { ApiReply } from '../../../../ingest/extract/api-profile.ts';
import type { HttpClient } from '../../../../ingest/extract/http-client.ts';
import { parseJson } from '../../../../ingest/extract/json.ts';
import { plainRecords } from '../../../../ingest/zendesk/records.ts';
import { timeExport } from '../../../../ingest/zendesk/time-export.ts';

const at = '2026-03-01T00:00:00Z';
const second = Date.parse(at) / 1000;
const rows = `{"id":9007199254740993,"updated_at":"${at}"},{"id":9007199254740995,"updated_at":"${at}"}`;

/** Answers by path: the first one whose name is in it. */
function answering(answers: Readonly<Record<string, string>>): HttpClient {
  const facts = { status: 200, headers: new Headers(), sha256: '', requestId: undefined, requests: 1 };
  return {
    request: async ({ path }): Promise<ApiReply> => {
      const [, text = ''] = Object.entries(answers).find(([part]) => path.includes(part)) ?? [];
      return { ...facts, sentAtMicros: second * 1e6, body: parseJson(text) ?? null };
    },
  };
}

test('the objects of a crowded second are found in the list, also those whose id no number holds', async () => {
  const http = answering({
    [`start_time=${second + 1}`]: `{"organizations":[],"count":0,"end_time":${second + 1}}`,
    start_time: `{"organizations":[${rows}],"count":1000,"end_time":${second}}`,
    'page[size]': `{"organizations":[${rows}],"meta":{"has_more":false}}`,
  });
  const reading = timeExport(
    { http, horizon: () => second + 100 },
    {
      name: 'organizations',
      timeField: 'updated_at',
      records: plainRecords('organizations', 'updated_at'),
      crowded: () => ({ path: '/api/v2/organizations.json', rows: 'organizations' }),
      lists: http,
    },
  );
  const context = { signal: new AbortController().signal, warn: () => {} };
  const pages = [];
  for await (const page of reading.pages({ startMs: second * 1000 }, context)) pages.push(page);
  expect(pages.map(({ records }) => records.length)).toEqual([2, 2, 0]);
});
