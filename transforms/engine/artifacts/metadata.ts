import { z } from 'zod';

/** The artifacts, their files and the one schema version of each that is written and read. */
export const artifactKinds = {
  manifest: { file: 'manifest.json', schema: 'https://schemas.getdbt.com/dbt/manifest/v12.json' },
  runResults: { file: 'run_results.json', schema: 'https://schemas.getdbt.com/dbt/run-results/v6.json' },
  catalog: { file: 'catalog.json', schema: 'https://schemas.getdbt.com/dbt/catalog/v1.json' },
  sources: { file: 'sources.json', schema: 'https://schemas.getdbt.com/dbt/sources/v3.json' },
} as const;

export type ArtifactKind = keyof typeof artifactKinds;

/** Which command wrote an artifact, and when. */
export interface Invocation {
  /** Id of the run; a UUID where dbt's own tools are to read the file. */
  readonly id: string;
  readonly startedAt: Date;
  readonly generatedAt: Date;
}

/** The part of an artifact's head that is read back. */
export const metadataSchema = z.looseObject({
  dbt_schema_version: z.string(),
  generated_at: z.string().optional(),
  invocation_id: z.string().nullish(),
});

/** An artifact's head; whatever else it holds is kept. */
export type Metadata = z.infer<typeof metadataSchema>;

/** The dbt whose files these are shaped like; its readers compare it. */
const shapedLike = '1.10.0';

/** `env` stays empty: what an environment holds is nobody's business. */
export function artifactMetadata(kind: ArtifactKind, invocation: Invocation): Metadata {
  return {
    dbt_schema_version: artifactKinds[kind].schema,
    dbt_version: shapedLike,
    generated_at: invocation.generatedAt.toISOString(),
    invocation_id: invocation.id,
    invocation_started_at: invocation.startedAt.toISOString(),
    env: {},
  };
}
