import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ShopwaveError } from '../../lib/errors.ts';
import { readArtifact } from '../../transforms/engine/artifacts/files.ts';
import type { Project } from '../../transforms/engine/project/model.ts';
import type { NamedSelector, SelectContext } from '../../transforms/engine/select/context.ts';
import { selectNodes } from '../../transforms/engine/select/select.ts';
import { indirectModes } from '../../transforms/engine/select/selection.ts';
import { parseSelectors } from '../../transforms/engine/select/selectors-file.ts';
import { cliErrors } from '../errors.ts';
import { unmatchedNotes } from './unmatched.ts';

const texts = z.array(z.string()).optional();

/** How a verb reads the project, and which of its nodes it is about: dbt's options, as they travel. */
export const selectionSchema = z.object({
  select: texts,
  exclude: texts,
  selector: z.string().optional(),
  indirectSelection: z.enum(indirectModes).optional(),
  /** Absolute path of a folder with the artifacts of an earlier run. */
  state: z.string().optional(),
  vars: z.record(z.string(), z.unknown()).optional(),
  target: z.string().optional(),
});

export type SelectionInput = z.infer<typeof selectionSchema>;

/** What a selection comes to. */
export interface Selected {
  /** Unique ids of all nodes, each after what it reads. */
  readonly ids: ReadonlySet<string>;
  /** Keys of Project.models, in build order. */
  readonly models: readonly string[];
  /** Whether anything was said: else it is everything. */
  readonly isNarrowed: boolean;
  /** Which of its selectors match nothing, and what was meant. */
  readonly notes: readonly string[];
}

/** Resolves a selection. `target`: the folder that a freshness check of this platform leaves its sources.json in. */
export async function resolveSelection(
  project: Project,
  input: SelectionInput,
  target?: string,
): Promise<Selected> {
  const { select, exclude, selector, indirectSelection, state } = input;
  const selectors = await readSelectors(project.folder);
  const context: SelectContext = {
    selectors,
    ...(state === undefined ? {} : await readState(state)),
    currentSources: target === undefined ? undefined : await orAbsent(readArtifact(target, 'sources')),
  };
  const ids = new Set(selectNodes(project, { select, exclude, selector, indirectSelection, context }));
  const models = project.order.filter((name) => ids.has(project.models.get(name)?.uniqueId ?? ''));
  const hasDefault = [...(selectors?.values() ?? [])].some(({ isDefault }) => isDefault);
  const isNarrowed =
    hasDefault || selector !== undefined || [select, exclude].some((each) => (each?.length ?? 0) > 0);
  const notes = unmatchedNotes(project, [...(select ?? []), ...(exclude ?? [])], context);
  return { ids, models, isNarrowed, notes };
}

async function readSelectors(folder: string): Promise<ReadonlyMap<string, NamedSelector> | undefined> {
  const file = path.join(folder, 'selectors.yml');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseSelectors(path.relative(process.cwd(), file), text);
}

async function readState(folder: string): Promise<SelectContext> {
  if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) {
    throw cliErrors.error('CLI_NOT_FOUND', {
      message: 'there is no such folder',
      where: folder,
      remedy: 'Name the folder that holds manifest.json of the earlier run with --state.',
    });
  }
  const [manifest, runResults, sources] = await Promise.all([
    orAbsent(readArtifact(folder, 'manifest')),
    orAbsent(readArtifact(folder, 'runResults')),
    orAbsent(readArtifact(folder, 'sources')),
  ]);
  return { manifest, runResults, sources };
}

/** An artifact, or undefined where the folder has none of that kind. */
async function orAbsent<T>(artifact: Promise<T>): Promise<T | undefined> {
  try {
    return await artifact;
  } catch (error) {
    if (error instanceof ShopwaveError && error.code === 'ARTIFACT_MISSING') return undefined;
    throw error;
  }
}
