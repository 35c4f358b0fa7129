import { z } from 'zod';

/** The members that a filter of a query names, however deep. */
export const filterMembers: z.ZodType<string[]> = z.lazy(() =>
  z.union([
    z.looseObject({ or: z.array(filterMembers) }).transform(({ or }) => or.flat()),
    z.looseObject({ and: z.array(filterMembers) }).transform(({ and }) => and.flat()),
    z.looseObject({ member: z.string() }).transform(({ member }) => [member]),
  ]),
);

/** The queries of a request's text, which is one or several, read by a shape; undefined where it is none of that shape. */
export function queriesIn<Query>(text: string, query: z.ZodType<Query>): Query[] | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return z.union([z.array(query), query.transform((one) => [one])]).safeParse(read).data;
  } catch {
    // No JSON, or filters in filters without end.
    return undefined;
  }
}
