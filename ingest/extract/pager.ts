import { extractErrors } from './errors.ts';
import { createProgressGuard } from './progress-guard.ts';

/** Identities that are remembered at least; a window may hold millions of objects, and staging sorts out the rest. */
const identitiesKept = 50_000;

/** One page as read: its items, and where the next one begins; undefined: there is none. */
export interface PageStep<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

export interface PagerOptions<Item, Step extends PageStep<Item>> {
  /** Names the stream in errors. */
  readonly stream: string;
  /** Reads the page at a cursor; undefined: the first one. The upper bound must not move from page to page. */
  readonly read: (cursor: string | undefined) => Promise<Step>;
  /** Tells one item from another: its id, with its version where a later page may hold a newer one. */
  readonly identify: (item: Item) => string;
  readonly maxPages: number;
  /** An API that sends empty pages in the middle of a stream on purpose. */
  readonly mayBeEmpty?: boolean;
}

/**
 * Follows cursors to the end of a window. A cursor that comes back would go on for ever, and an empty page with more
 * to come could end the window early: both are errors. Items that an earlier page held are left out.
 */
export async function* readPages<Item, Step extends PageStep<Item>>(
  options: PagerOptions<Item, Step>,
): AsyncGenerator<Step> {
  const { stream, read, identify, maxPages } = options;
  const guard = createProgressGuard(stream, { mayBeEmpty: options.mayBeEmpty });
  const isNew = createRecentMemory(identitiesKept);
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const step = await read(cursor);
    if (step.next !== undefined) {
      guard.follow(step.next, step.items.length);
      if (pages >= maxPages) throw tooMany(stream, maxPages);
    }
    yield { ...step, items: step.items.filter((item) => isNew(identify(item))) };
    if (step.next === undefined) return;
    cursor = step.next;
  }
}

/** Tells whether something comes for the first time among the last so many: duplicates are neighbours. */
function createRecentMemory(kept: number): (identity: string) => boolean {
  let current = new Set<string>();
  let before = new Set<string>();
  return (identity) => {
    if (current.has(identity) || before.has(identity)) return false;
    if (current.size >= kept) [before, current] = [current, new Set()];
    current.add(identity);
    return true;
  };
}

function tooMany(stream: string, maxPages: number): Error {
  return extractErrors.error('EXTRACT_TOO_MANY_PAGES', {
    message: `a window of ${stream} has more than ${maxPages} pages`,
    where: stream,
  });
}
