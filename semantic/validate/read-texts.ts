import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../lib/errors.ts';
import { semanticErrors } from '../errors.ts';
import type { ModelText } from './validate.ts';

/** Every YAML file below the model folder. Throws SEMANTIC_MODEL_MISSING. */
export async function readTexts(modelFolder: string): Promise<readonly ModelText[]> {
  const entries = await readdir(modelFolder, { recursive: true }).catch((error: unknown) => {
    throw semanticErrors.error('SEMANTIC_MODEL_MISSING', {
      message: messageOf(error),
      where: modelFolder,
      cause: error,
    });
  });
  const names = entries.filter((name) => /\.ya?ml$/.test(name)).toSorted();
  if (names.length === 0) {
    throw semanticErrors.error('SEMANTIC_MODEL_MISSING', {
      message: 'no metric model found',
      where: modelFolder,
    });
  }
  return await Promise.all(
    names.map(async (name) => ({
      fileName: name.split(path.sep).join('/'),
      content: await readFile(path.join(modelFolder, name), 'utf8'),
    })),
  );
}
