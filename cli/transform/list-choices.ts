/** Kinds of nodes that ls can list, in dbt's words. Apart from what lists them, so that --help loads nothing heavy. */
export const resourceTypes = ['model', 'seed', 'test', 'unit_test', 'source', 'exposure', 'all'] as const;

export type ResourceType = (typeof resourceTypes)[number];

/** How a node is named: by its name, its file, or as a selector that means it alone. */
export const nameForms = ['name', 'path', 'selector'] as const;

export type NameForm = (typeof nameForms)[number];
