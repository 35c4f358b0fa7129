/** A query in Cube's REST format: https://cube.dev/docs/product/apis-integrations/rest-api/query-format */
export type CubeQuery = Readonly<Record<string, unknown>>;

/** A row of a Cube answer: member to value. Numbers are exact text. */
export type CubeRow = Readonly<Record<string, string | boolean | null>>;
