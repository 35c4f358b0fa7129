import type { EngineContext } from '../context.ts';

/** A line that a template logs; `isShown` where it is meant for the eyes of who runs the command. */
export type OnLog = (message: string, isShown: boolean) => void;

/** Where a build puts what templates log: into the log, and with `info=true` or print() into the progress as well. */
export function templateLog({ logger, onProgress }: Pick<EngineContext, 'logger' | 'onProgress'>): OnLog {
  return (message, isShown) => {
    logger.info(message, { from: 'template' });
    if (isShown) onProgress({ step: 'template', state: 'finished', note: message });
  };
}
