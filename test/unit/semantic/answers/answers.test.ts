import { expect, it } from 'vitest';
import type { Clock } from '../../../../lib/clock.ts';
import { systemClock } from '../../../../lib/clock.ts';
import type { Caller } from '../../../../semantic/server/access/caller.ts';
import { everything } from '../../../../semantic/server/access/caller.ts';
import type { Answer } from '../../../../semantic/server/answers/answer.ts';
import { createAnswers } from '../../../../semantic/server/answers/answers.ts';
import type { Answers } from '../../../../semantic/server/answers/answers.ts';
import type { LoadAnswer, LoadRequest } from '../../../../semantic/server/cube-server.ts';
import { toServedModel } from '../../../../semantic/server/model-files.ts';
import { createPublications } from '../../../../semantic/server/publications.ts';
import type { Publications } from '../../../../semantic/server/publications.ts';
import type { ModelVisit } from '../../../../semantic/server/query-watch.ts';

const model = toServedModel('', [], false);
const news = (version: number, models = ['orders']) => ({
  version,
  models,
  publishedAt: null,
  sourceCommittedAt: null,
});
const person = (name: string): Caller => ({
  name,
  grants: [everything],
  limits: { concurrentQueries: 1, rows: 50_000 },
  policyVersion: 'v',
});
const ok: LoadAnswer = { status: 200, body: Buffer.from('{"data":[]}') };
const refused: LoadAnswer = {
  status: 400,
  body: Buffer.from('{"error":"SEMANTIC_QUERIES_TOO_MANY: 1 queries of yours are running"}'),
};

interface Rig {
  readonly answers: Answers;
  readonly publications: Publications;
  readonly visits: ModelVisit[];
  readonly ask: (name: string, text: string) => Promise<Answer>;
}

function rig(
  load: (request: LoadRequest, visit: ModelVisit, publications: Publications) => Promise<LoadAnswer>,
  clock: Clock = systemClock,
): Rig {
  const publications = createPublications(news(1));
  const visits: ModelVisit[] = [];
  const answers = createAnswers({
    load: (request, visit) => {
      visits.push(visit);
      return load(request, visit, publications);
    },
    publications,
    model: () => model,
    watch: { found: () => {} },
    usage: { missed: () => {} },
    clock,
    onAsked: () => {},
    settled: async () => {},
  });
  const ask = (name: string, text: string): Promise<Answer> =>
    answers.ask({ text }, { caller: person(name), model });
  return { answers, publications, visits, ask };
}

/** Tells of which publication a statement over orders was. */
function serve(visit: ModelVisit, publication: number): void {
  visit.onServed?.({ publication, origin: 'warehouse', rows: 1, marts: ['orders'], stamp: publication });
}

it('a refusal is of whoever has too many queries; others who wait for the same answer get it', async () => {
  const { ask, visits } = rig(async (_request, visit) => {
    await new Promise(setImmediate);
    if (visit.caller.name === 'ana') return refused;
    serve(visit, 1);
    return ok;
  });
  const names = ['ana', 'bo', 'cy'];
  const given = await Promise.all(names.map((name) => ask(name, '{}')));
  expect(given.map(({ status }) => status)).toEqual([400, 200, 200]);
  // Those who were not refused still wait for one and the same.
  expect(visits.map(({ caller }) => caller.name)).toEqual(['ana', 'bo']);
});

it('parts of several publications are never given as one answer', async () => {
  let version = 1;
  const { ask, visits } = rig(async (_request, visit, publications) => {
    serve(visit, version);
    version += 1;
    publications.announce(news(version));
    serve(visit, version);
    return ok;
  });
  const given = await ask('ana', '{}');
  expect([given.status, given.of]).toEqual([503, undefined]);
  expect(given.body.toString()).toContain('"SEMANTIC_OVERTAKEN: ');
  expect(visits.length).toBeGreaterThan(2);
  expect(visits.at(-1)?.withoutRollups).toBe(true);
  expect(visits[0]?.withoutRollups).toBe(false);
});

it('what is asked again after a publication is held against no limit of its asker', async () => {
  const { answers, ask, publications, visits } = rig(async (_request, visit, { newest }) => {
    serve(visit, newest().version);
    return ok;
  });
  await ask('ana', '{}');
  await ask('ana', '{}');
  publications.announce(news(2));
  expect(await answers.warm(10, new AbortController().signal)).toBe(1);
  expect(visits.map(({ tag, caller }) => [tag, caller.limits.concurrentQueries])).toEqual([
    [undefined, 1],
    ['warming', Number.POSITIVE_INFINITY],
  ]);
  expect((await ask('ana', '{}')).of).toMatchObject({ origin: 'cache', isStale: false });
});

it.each([
  ['a range of days', { timeDimensions: [{ dimension: 'a.d', dateRange: 'today' }] }],
  ['a filter by days', { filters: [{ member: 'a.d', operator: 'inDateRange', values: ['today'] }] }],
])(
  '%s that moves on is asked anew on another day, also when the answer comes after midnight',
  async (_, query) => {
    let now = new Date('2026-03-01T23:59:59Z');
    const { ask, visits } = rig(
      async (_request, visit) => {
        now = new Date('2026-03-02T00:00:01Z');
        serve(visit, 1);
        return ok;
      },
      { ...systemClock, now: () => now },
    );
    const text = JSON.stringify({ measures: ['a.b'], ...query });
    await ask('ana', text);
    await ask('ana', text);
    await ask('ana', text);
    expect(visits).toHaveLength(2);
  },
);
