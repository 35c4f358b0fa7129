import { readTexts } from '../../semantic/validate/read-texts.ts';
import type { ModelText } from '../../semantic/validate/validate.ts';

/** A model with its files, as operations on a workbench take it. */
export interface ModelTexts {
  readonly folder: string;
  readonly files: ModelText[];
}

export async function textsOf(folder: string): Promise<ModelTexts> {
  return { folder, files: [...(await readTexts(folder))] };
}
