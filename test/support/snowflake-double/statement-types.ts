import type { StatementType } from './contract.ts';

/** Snowflake's statementTypeId. Drivers count changed rows for 0x3100 to 0x3500 alone, and take 0x6000 and above for DDL. */
export const statementTypeIds: Readonly<Record<StatementType, number>> = {
  SELECT: 0x1000,
  EXPLAIN: 0x2000,
  INSERT: 0x3100,
  UPDATE: 0x3200,
  DELETE: 0x3300,
  MERGE: 0x3400,
  MULTI_TABLE_INSERT: 0x3500,
  COPY: 0x3600,
  ALTER_SESSION: 0x4100,
  SET: 0x4200,
  USE: 0x4300,
  SHOW: 0x4400,
  DESCRIBE: 0x4500,
  LIST: 0x4701,
  REMOVE: 0x4702,
  BEGIN: 0x5100,
  COMMIT: 0x5200,
  ROLLBACK: 0x5300,
  CREATE: 0x6100,
  ALTER: 0x6200,
  DROP: 0x6300,
  TRUNCATE: 0x6400,
  GRANT: 0x6500,
  CALL: 0x9000,
  OTHER: 0x0000,
};

/** Of the request that carried several statements; each of them has its own. */
export const multiStatementTypeId = 0xa000;
