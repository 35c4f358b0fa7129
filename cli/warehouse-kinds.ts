/** What the star may live in. */
export const warehouseKinds = ['duckdb', 'snowflake'] as const;
export type WarehouseKind = (typeof warehouseKinds)[number];
