/** A query in Cube's REST format: https://cube.dev/docs/product/apis-integrations/rest-api/query-format */
export type CubeQuery = Readonly<Record<string, unknown>>;

/** A value as Cube passes it on: every number is text, since JSON numbers are floats. */
export type CubeValue = string | boolean | null;

/** A row of a Cube answer: member to value. Numbers are exact text. */
export type CubeRow = Readonly<Record<string, CubeValue>>;
