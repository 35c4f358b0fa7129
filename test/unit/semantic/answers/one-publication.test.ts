import { expect, it } from 'vitest';
import { platformCaller } from '../../../../semantic/server/access/caller.ts';
import type { Answer } from '../../../../semantic/server/answers/answer.ts';
import { ofOnePublication } from '../../../../semantic/server/answers/one-publication.ts';
import { toServedModel } from '../../../../semantic/server/model-files.ts';
import { unpublished } from '../../../../semantic/server/publications.ts';

const visit = { caller: platformCaller, model: toServedModel('', [], false) };

/** Asks two questions, of which the answers are of the versions given. */
function both(versions: readonly number[]): { readonly asked: () => number; readonly done: Promise<string> } {
  let asked = 0;
  const ask = async (): Promise<Answer> => {
    const version = versions[asked] ?? asked;
    asked += 1;
    const publication = { ...unpublished, version };
    return {
      status: 200,
      body: Buffer.from(`${version}`),
      of: { publication, origin: 'warehouse', isStale: false, rows: 1 },
    };
  };
  const done = ofOnePublication(
    ask,
    async () => {},
    async (asking) => {
      const answers = [await asking({ text: 'a' }, visit), await asking({ text: 'b' }, visit)];
      return answers.map(({ body }) => String(body)).join();
    },
  );
  return { asked: () => asked, done };
}

it('numbers of one publication are given as they are', async () => {
  const { asked, done } = both([3, 3]);
  expect([await done, asked()]).toEqual(['3,3', 2]);
});

it('are all asked again where a publication came between them', async () => {
  const { asked, done } = both([3, 4, 4, 4]);
  expect([await done, asked()]).toEqual(['4,4', 4]);
});

it('are refused where publications never end', async () => {
  const { asked, done } = both([]);
  await expect(done).rejects.toMatchObject({ code: 'SEMANTIC_OVERTAKEN', retryable: true });
  expect(asked()).toBe(10);
});
