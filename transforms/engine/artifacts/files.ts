import { readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { syncFolder, writeDurably } from '../../../lib/durable-file.ts';
import { catalogSchema } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { artifactErrors } from './errors.ts';
import { manifestSchema } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { artifactKinds } from './metadata.ts';
import type { ArtifactKind } from './metadata.ts';
import { runResultsSchema } from './run-results.ts';
import type { RunResults } from './run-results.ts';
import { sourcesSchema } from './sources.ts';
import type { Sources } from './sources.ts';

interface Artifacts {
  readonly manifest: Manifest;
  readonly runResults: RunResults;
  readonly catalog: Catalog;
  readonly sources: Sources;
}

const schemas: { readonly [Kind in ArtifactKind]: z.ZodType<Artifacts[Kind]> } = {
  manifest: manifestSchema,
  runResults: runResultsSchema,
  catalog: catalogSchema,
  sources: sourcesSchema,
};

const versionedSchema = z.looseObject({ metadata: z.looseObject({ dbt_schema_version: z.string() }) });

/**
 * Writes an artifact into an existing folder under its usual name. A reader sees the old file or the new one,
 * whole, also after a power cut. Resolves to the file's path.
 */
export async function writeArtifact<Kind extends ArtifactKind>(
  folder: string,
  kind: Kind,
  artifact: Artifacts[Kind],
): Promise<string> {
  const target = path.join(folder, artifactKinds[kind].file);
  const unfinished = `${target}.${process.pid}.tmp`;
  try {
    await writeDurably(unfinished, `${JSON.stringify(artifact, undefined, 2)}\n`);
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(folder);
  return target;
}

/** Reads an artifact from a folder; ARTIFACT_MISSING, ARTIFACT_VERSION or ARTIFACT_INVALID where it cannot. */
export async function readArtifact<Kind extends ArtifactKind>(
  folder: string,
  kind: Kind,
): Promise<Artifacts[Kind]> {
  const file = path.join(folder, artifactKinds[kind].file);
  const content = parseJson(file, await readText(file));
  const versioned = versionedSchema.safeParse(content);
  if (!versioned.success) throw invalid(file, 'it has no metadata.dbt_schema_version');
  const found = versioned.data.metadata.dbt_schema_version;
  const wanted = artifactKinds[kind].schema;
  if (found !== wanted) {
    throw artifactErrors.error('ARTIFACT_VERSION', {
      message: `${found} was found, ${wanted} is read`,
      where: file,
    });
  }
  const parsed = schemas[kind].safeParse(content);
  if (!parsed.success) throw invalid(file, z.prettifyError(parsed.error));
  return parsed.data;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw artifactErrors.error('ARTIFACT_MISSING', { message: `there is no ${file}`, where: file });
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw artifactErrors.error('ARTIFACT_INVALID', { message: 'it is not JSON', where: file, cause: error });
  }
}

function invalid(file: string, message: string): Error {
  return artifactErrors.error('ARTIFACT_INVALID', { message, where: file });
}
