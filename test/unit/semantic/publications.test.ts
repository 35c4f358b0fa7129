import { expect, it } from 'vitest';
import { createPublications, martsIn, unpublished } from '../../../semantic/server/publications.ts';

const news = (version: number, ...models: string[]) => ({ ...unpublished, version, models });

it('a mart is what it is since the last publication that changed it', () => {
  const publications = createPublications(news(4));
  publications.announce(news(5, 'a'));
  publications.announce(news(6, 'b'));
  expect(['a', 'b', 'c'].map((mart) => publications.stampOf([mart]))).toEqual([5, 6, 4]);
  expect(publications.stampOf(['a', 'b'])).toBe(6);
  expect(publications.settledStampOf(['a', 'b'])).toBe(4);
  publications.settle();
  expect(publications.settledStampOf(['a'])).toBe(5);
  expect(publications.newsOf(5)).toMatchObject({ models: ['a'] });
});

it('a publication that was not heard of may have changed every mart; one that comes late changes nothing', () => {
  const publications = createPublications(news(4));
  publications.announce(news(6, 'b'));
  expect(publications.stampOf(['a'])).toBe(6);
  publications.announce(news(5, 'a'));
  expect(publications.newest().version).toBe(6);
  expect(publications.stampOf(['a'])).toBe(6);
});

it('marts are found in a statement by their names', () => {
  expect(martsIn('select * from (select * from marts.b where x) join marts.a on marts.a.k = 1')).toEqual([
    'a',
    'b',
  ]);
});
