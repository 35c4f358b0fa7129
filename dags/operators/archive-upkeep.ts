import type { FunctionTask } from '../../scheduler/index.ts';
import { dagErrors } from '../errors.ts';
import type { ArchiveUpkeep, PipelineServices } from '../services.ts';

interface UpkeepOutput {
  readonly done: number;
}

/** One of the archive's daily jobs. All of them go on where an interruption left them. */
export function archiveUpkeep(
  job: Exclude<keyof ArchiveUpkeep, 'verify'>,
  description: string,
): FunctionTask<PipelineServices, UpkeepOutput> {
  return {
    description,
    executionTimeout: '6h',
    run: async ({ services, signal, logger }) => {
      const done = await (await services.archiveUpkeep())[job](signal);
      logger.info(`${job}: ${done}`);
      return { done };
    },
  };
}

/** Reads everything that manifests name. What is missing or damaged is for a person, at once. */
export function verifyArchive(): FunctionTask<PipelineServices, UpkeepOutput> {
  return {
    description: 'Compares the whole archive with its manifests',
    executionTimeout: '12h',
    run: async ({ services, signal, logger }) => {
      const problems = await (await services.archiveUpkeep()).verify(signal);
      const [first] = problems;
      if (first === undefined) {
        logger.info('the archive holds all that its manifests name');
        return { done: 0 };
      }
      throw dagErrors.error('ARCHIVE_NOT_WHOLE', {
        message: `${problems.length} problems, the first: ${first}`,
        where: 'archive',
      });
    },
  };
}
