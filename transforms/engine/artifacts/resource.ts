import { z } from 'zod';

const record = z.record(z.string(), z.unknown());

/** What every node, source, exposure and unit test of a manifest has, as far as selection and state read it. */
export const resourceSchema = z.looseObject({
  unique_id: z.string(),
  name: z.string(),
  resource_type: z.string(),
  package_name: z.string(),
  original_file_path: z.string(),
  fqn: z.array(z.string()),
  config: record.default({}),
  unrendered_config: record.optional(),
  tags: z.array(z.string()).optional(),
  patch_path: z.string().nullish(),
  depends_on: z
    .looseObject({ nodes: z.array(z.string()).optional(), macros: z.array(z.string()).optional() })
    .optional(),
  checksum: z.union([z.string(), z.looseObject({ name: z.string(), checksum: z.string() })]).nullish(),
  description: z.string().nullish(),
  columns: z.record(z.string(), z.looseObject({ description: z.string().nullish() })).optional(),
  contract: z.looseObject({ enforced: z.boolean().optional(), checksum: z.string().nullish() }).optional(),
  access: z.string().optional(),
  version: z.union([z.string(), z.number()]).nullish(),
  latest_version: z.union([z.string(), z.number()]).nullish(),
  deprecation_date: z.string().nullish(),
  test_metadata: z.looseObject({ name: z.string() }).optional(),
  source_name: z.string().optional(),
});

/** An entry of a manifest; whatever else it holds is kept. */
export type Resource = z.infer<typeof resourceSchema>;

/** The part of a macro's entry that is read back. */
export const macroSchema = z.looseObject({
  unique_id: z.string(),
  name: z.string(),
  macro_sql: z.string(),
  depends_on: z.looseObject({ macros: z.array(z.string()).default([]) }).default({ macros: [] }),
});

/** A macro's entry of a manifest; whatever else it holds is kept. */
export type MacroEntry = z.infer<typeof macroSchema>;
