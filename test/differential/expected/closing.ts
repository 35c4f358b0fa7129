import { dayOf } from './values.ts';

/** Units of one line that are waited for no longer. */
interface Gone {
  readonly lineId: bigint;
  readonly units: bigint;
  /** Nothing where nobody says when. */
  readonly at: Date | null;
}

/** What became of the goods of an order. */
export interface GoodsStory {
  readonly placedAt: Date;
  /** Units ordered, by line. */
  readonly ordered: ReadonlyMap<bigint, bigint>;
  /** In parcels that are on their way or arrived. */
  readonly sent: readonly Gone[];
  /** In parcels that left and came back. */
  readonly cameBack: readonly Gone[];
  readonly cancelled: readonly Gone[];
  /** Money given back for what had not left. */
  readonly refundedUnsent: readonly Gone[];
  /** Money given back for what had. */
  readonly refundedSent: readonly Gone[];
  /** Whether the order is off as a whole, and since when. */
  readonly off: { readonly at: Date | null } | undefined;
}

/** The first day since which nothing of an order is waited for; nothing while something is. */
export function closedOn(story: GoodsStory): string | null {
  const placedOn = dayOf(story.placedAt) ?? '';
  const dayAt = (at: Date | null): string => {
    const day = dayOf(at) ?? placedOn;
    return day < placedOn ? placedOn : day;
  };
  const offOn = story.off === undefined ? undefined : dayAt(story.off.at ?? lastCancelled(story));
  const gone = [
    ...story.sent,
    ...story.cancelled,
    ...story.refundedUnsent,
    ...[...story.ordered.keys()].flatMap((lineId) => notSentAgain(story, lineId)),
  ];
  let waitedFor = unitsOf([...story.ordered.values()]);
  if (waitedFor <= 0n) return placedOn;
  let since: string | null = null;
  const days = new Set([...gone.map(({ at }) => dayAt(at)), ...(offOn === undefined ? [] : [offOn])]);
  for (const day of [...days].toSorted()) {
    waitedFor -= unitsOf(gone.filter(({ at }) => dayAt(at) === day).map(({ units }) => units));
    if (waitedFor > 0n) since = null;
    else since ??= day;
    if (day === offOn) return since ?? day;
  }
  return since;
}

function lastCancelled({ cancelled }: GoodsStory): Date | null {
  return cancelled.reduce<Date | null>(
    (last, { at, units }) => (units > 0n && at !== null && (last === null || at > last) ? at : last),
    null,
  );
}

/**
 * Units of a line that came back and whose money was given back instead of sending them again: each refund takes as many
 * as are left of those that lie there.
 */
function notSentAgain(story: GoodsStory, lineId: bigint): readonly Gone[] {
  const ofLine = (all: readonly Gone[]): readonly Gone[] => all.filter((each) => each.lineId === lineId);
  const back = ofLine(story.cameBack);
  const departures = back.flatMap(({ at }) => (at === null ? [] : [at.getTime()]));
  const lack =
    (story.ordered.get(lineId) ?? 0n) -
    unitsOf([story.sent, story.cancelled, story.refundedUnsent].flatMap(ofLine).map(({ units }) => units));
  let lying = unitsOf(back.map(({ units }) => units));
  if (lack < lying) lying = lack;
  const found: Gone[] = [];
  const refunds = ofLine(story.refundedSent).toSorted(
    (one, other) => (one.at?.getTime() ?? Infinity) - (other.at?.getTime() ?? Infinity),
  );
  for (const { at, units: refunded } of refunds) {
    if (at !== null && at.getTime() < Math.min(...departures)) continue;
    const units = refunded < lying ? refunded : lying;
    if (units <= 0n) continue;
    lying -= units;
    found.push({ lineId, units, at });
  }
  return found;
}

function unitsOf(numbers: readonly bigint[]): bigint {
  return numbers.reduce((sum, each) => sum + each, 0n);
}
