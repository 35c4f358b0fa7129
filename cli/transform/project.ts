import path from 'node:path';
import { loadProject } from '../../transforms/engine/project/load-project.ts';
import type { Project } from '../../transforms/engine/project/model.ts';
import { packageRoot } from '../config.ts';
import type { SelectionInput } from './selection.ts';

/** The folder with models/ and tests/. */
export const projectFolder: string = path.join(packageRoot, 'transforms');

/** What the verbs that need nothing but the files are told. */
export interface FilesInput extends SelectionInput {
  /** The platform's own project unless said. */
  readonly projectFolder?: string;
  readonly onWarning: (message: string) => void;
}

/** The project as the files are now, with the command's vars and target. */
export async function readProject(input: FilesInput): Promise<Project> {
  const { vars, target, onWarning } = input;
  return await loadProject(input.projectFolder ?? projectFolder, { vars, target, onWarning });
}
