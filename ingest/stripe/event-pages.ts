import { z } from 'zod';
import type { JsonObject } from '../extract/json.ts';
import type { ReadContext, SourcePage, Window } from '../extract/stream.ts';
import { changedAlong, eventTypes, objectPlaces, typesPerRequest } from './event-types.ts';
import { createdWithin, listPages } from './list-pages.ts';
import { pageOf, readObjects } from './records.ts';
import type { ObjectPlace } from './records.ts';
import { shapeUnknown } from './stripe-api.ts';
import type { StripeApi } from './stripe-api.ts';

const pointer = z.object({
  type: z.string(),
  data: z.object({ object: z.looseObject({ object: z.string(), id: z.string().min(1) }) }),
});

type Wanted = ObjectPlace & { readonly id: string };

/**
 * Reads the events of a window as mere pointers. What an event says of its object is as old as the event, in the API
 * version of that day, and two events may come in any order: each object is asked for once, as it is now.
 */
export async function* eventPages(
  api: StripeApi,
  window: Window,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  const known = new Set<string>();
  for (let from = 0; from < eventTypes.length; from += typesPerRequest) {
    const types = eventTypes.slice(from, from + typesPerRequest).map((type) => ['types[]', type] as const);
    const query = [...createdWithin(window), ...types];
    for await (const { items, reply } of listPages(api, '/v1/events', query, context.signal)) {
      const wanted = items.flatMap(pointedTo).filter((each) => isNew(known, each));
      const { records, replies } = await readObjects(api, wanted, context);
      yield pageOf(records, [reply, ...replies]);
    }
  }
}

function pointedTo(event: JsonObject): Wanted[] {
  const parsed = pointer.safeParse(event);
  if (!parsed.success) throw shapeUnknown('list events');
  const { object, id, ...fields } = parsed.data.data.object;
  const along = (changedAlong[object] ?? []).flatMap(([field, other]) => {
    const otherId = fields[field];
    return typeof otherId === 'string' ? [placed(other, otherId, parsed.data.type)] : [];
  });
  return [placed(object, id, parsed.data.type), ...along];
}

function placed(object: string, id: string, type: string): Wanted {
  const place = objectPlaces[object];
  if (place === undefined) throw shapeUnknown(`list events of type ${type}`);
  return { ...place, id };
}

function isNew(known: Set<string>, { table, id }: Wanted): boolean {
  const key = `${table} ${id}`;
  if (known.has(key)) return false;
  known.add(key);
  return true;
}
