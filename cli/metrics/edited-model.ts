import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Finding } from '../../semantic/validate/finding.ts';
import type { Model } from '../../semantic/validate/model.ts';
import { validateModel } from '../../semantic/validate/validate.ts';
import { readProject } from '../transform/project.ts';
import { promisedBy } from './marts-of-project.ts';

/**
 * What `metrics validate` finds wrong with a model that was edited while it is served. Without the rule `published`, which
 * is about what people have agreed on: an analyst looks at a number before it is locked. Where the transform project cannot
 * be read, nobody knows what its marts promise, and nothing is found.
 */
export function editedModelFindings(logger: Logger): (model: Model) => Promise<readonly Finding[]> {
  const onWarning = (message: string): void => logger.debug(`transform project: ${message}`);
  return async (model) => {
    try {
      return validateModel(model, promisedBy(await readProject({ onWarning })));
    } catch (error) {
      logger.warn('an edited metric model is not held against the rules', { reason: messageOf(error) });
      return [];
    }
  };
}
