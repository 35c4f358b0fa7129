import { extractErrors } from './errors.ts';

/** Cursors that a stream has led to; one that comes back would lead round for ever. */
interface ProgressGuard {
  readonly follow: (cursor: string, rows: number) => void;
}

interface GuardOptions {
  /** An API that sends empty pages in the middle of a stream on purpose. */
  readonly mayBeEmpty?: boolean | undefined;
}

/**
 * A page that is not the last must lead to a cursor that was not met before, and have objects: an empty one could end
 * its window early.
 */
export function createProgressGuard(
  stream: string,
  { mayBeEmpty = false }: GuardOptions = {},
): ProgressGuard {
  const met = new Set<string>();
  return {
    follow: (cursor, rows) => {
      const page = `page ${met.size + 1} of ${stream}`;
      if (rows === 0 && !mayBeEmpty) {
        throw extractErrors.error('EXTRACT_EMPTY_PAGE', {
          message: `${page} is empty, and more is said to follow`,
          where: stream,
        });
      }
      if (met.has(cursor)) {
        throw extractErrors.error('EXTRACT_CURSOR_STUCK', {
          message: `${page} leads to a cursor that an earlier page led to`,
          where: stream,
        });
      }
      met.add(cursor);
    },
  };
}
