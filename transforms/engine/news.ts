import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Publication } from './warehouse/state.ts';

/** Tells of publications. */
export interface News {
  /** Never throws: the version is published whether or not it is heard. */
  readonly tell: (publication: Publication) => Promise<void>;
  /** Tells again of the newest publication where that failed; else does nothing. */
  readonly repeat: () => Promise<void>;
}

/** News of publications for one listener, who may fail to hear one and is then told again. */
export function createNews({
  onPublished,
  logger,
}: {
  readonly onPublished?: (publication: Publication) => Promise<void>;
  readonly logger: Logger;
}): News {
  let unheard: Publication | undefined;
  let newest = 0;
  let telling: Promise<void> = Promise.resolve();
  const tellOne = async (publication: Publication): Promise<void> => {
    // Repeated while a newer one was told: the listener must not go back.
    if (publication.version < newest) return;
    newest = publication.version;
    try {
      await onPublished?.(publication);
      unheard = undefined;
    } catch (error) {
      unheard = publication;
      logger.error(
        `version ${publication.version} is published, and telling of it failed: ${messageOf(error)}`,
        {
          publication: publication.version,
        },
      );
    }
  };
  // One at a time, or a slow listener would end with an older version than it was told last.
  const tell = (publication: Publication): Promise<void> => {
    telling = telling.then(() => tellOne(publication));
    return telling;
  };
  return {
    tell,
    repeat: async () => {
      if (unheard !== undefined) await tell(unheard);
    },
  };
}
