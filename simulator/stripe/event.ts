import type { JsonObject } from '../saas/json.ts';
import type { EventKind } from './event-kinds.ts';
import { keyOf, objectId, seconds } from './object-id.ts';
import type { Occurrence } from './occurrence.ts';

const timeDigits = 10;

/** An event's id holds all of its place in the list, so that it stays a cursor whatever becomes of its row. */
export function eventId({ code, key, at }: Occurrence): string {
  return objectId(`evt_${at.toString(36).padStart(timeDigits, '0')}${code}`, key);
}

/** The place that an event's id names. */
export function eventOf(id: string): Occurrence | undefined {
  const [, time = '', code = ''] = /^evt_([0-9a-z]{10})([a-z0-9]{2})[0-9a-z]{12}$/.exec(id) ?? [];
  const key = keyOf(`evt_${time}${code}`, id);
  return time === '' || key === undefined ? undefined : { code, key, at: Number.parseInt(time, 36) };
}

/** An event in the shape of Stripe's Event, in the account's own version and not in the one of the request. */
export function renderEvent(
  kind: EventKind,
  occurrence: Occurrence,
  object: JsonObject,
  accountVersion: string,
): JsonObject {
  return {
    id: eventId(occurrence),
    object: 'event',
    api_version: accountVersion,
    created: seconds(occurrence.at),
    data: { object },
    livemode: false,
    pending_webhooks: 0,
    request: { id: null, idempotency_key: null },
    type: kind.type,
  };
}
