import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import { semanticErrors } from '../errors.ts';
import { publishedSchema } from './published.ts';
import type { Publishable, PublishedMetrics } from './published.ts';

/** Beside the model folder, since everything in that is read as model. */
export const lockFileName = 'metrics.lock.yml';

const lockSchema = z.record(z.string(), publishedSchema);

const heading = `# The metrics as they are published, and what each means. Written by \`bin/shopwave metrics lock\`; do not edit.
# A certified metric that changes or goes without saying so is refused by \`metrics validate\`.
`;

export function lockPath(modelFolder: string): string {
  return path.join(path.dirname(path.resolve(modelFolder)), lockFileName);
}

/** What was published; undefined where nothing was yet. Throws SEMANTIC_LOCK_UNREADABLE. */
export async function readLock(modelFolder: string): Promise<PublishedMetrics | undefined> {
  const file = lockPath(modelFolder);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return lockSchema.parse(parse(text) ?? {});
  } catch (error) {
    throw semanticErrors.error('SEMANTIC_LOCK_UNREADABLE', { message: messageOf(error), where: file });
  }
}

export function lockText(metrics: readonly Publishable[]): string {
  const entries = metrics.map(({ member, tier, version, deprecated, meaning }) => [
    member,
    { tier, version, ...(deprecated === undefined ? {} : { deprecated }), meaning },
  ]);
  return `${heading}${stringify(Object.fromEntries(entries), { lineWidth: 0, singleQuote: true })}`;
}
