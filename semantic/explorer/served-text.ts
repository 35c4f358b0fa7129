/** What Cube's REST API tells beside the rows. */
export interface Served {
  readonly publication: string;
  readonly origin: string;
  /** When it was published, and up to which moment of the source it is complete; where that is told. */
  readonly publishedAt: Date | undefined;
  readonly freshAsOf: Date | undefined;
  /** There is a newer publication, which could not be asked. */
  readonly isStale: boolean;
  /** The version of the model that it was answered by. */
  readonly model: string;
}

/** Of which publication an answer is, how fresh that is, and where the answer was found. */
export function servedText(served: Served, now: Date): string {
  const { publication, origin, freshAsOf, publishedAt, isStale } = served;
  const parts = [
    publication === '' ? '' : `Publication ${publication}`,
    freshness(freshAsOf, publishedAt, now),
    origin === '' ? '' : `from the ${origin}`,
    isStale ? 'a newer one could not be asked' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function freshness(freshAsOf: Date | undefined, publishedAt: Date | undefined, now: Date): string {
  if (freshAsOf !== undefined) return `complete up to ${minute(freshAsOf)} (${age(freshAsOf, now)} ago)`;
  return publishedAt === undefined ? '' : `published ${minute(publishedAt)} (${age(publishedAt, now)} ago)`;
}

function minute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function age(time: Date, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - time.getTime()) / 60_000));
  if (minutes < 1) return 'under a minute';
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}
