import { SqlRefused } from '../contract.ts';

/** What Snowflake refuses statements with: code, SQLSTATE and the beginning of its message. */
const kinds = {
  syntax: ['001003', '42000', 'SQL compilation error:\nsyntax error'],
  unsupported: ['000002', '0A000', 'Unsupported feature'],
  missing: ['002003', '42S02', 'SQL compilation error:\nObject does not exist or not authorized:'],
  missingObject: [
    '002043',
    '02000',
    'SQL compilation error:\nObject does not exist, or operation cannot be performed:',
  ],
  exists: ['002002', '42710', 'SQL compilation error:\nObject already exists:'],
  invalidIdentifier: ['000904', '42000', 'SQL compilation error: error line 1\ninvalid identifier'],
  ambiguous: ['002028', '42601', 'SQL compilation error:\nambiguous column name'],
  unknownFunction: ['002140', '42601', 'SQL compilation error:\nUnknown function'],
  invalidValue: ['002211', '22023', 'SQL compilation error:\ninvalid value'],
  columnCount: ['002057', '42601', 'SQL compilation error:\nInsert value list does not match column list'],
  privileges: ['003001', '42501', 'SQL access control error:\nInsufficient privileges to operate on'],
  noDatabase: ['090105', '22000', 'Cannot perform operation. This session does not have a current database'],
  noSchema: ['090106', '22000', 'Cannot perform operation. This session does not have a current schema'],
  noWarehouse: [
    '000606',
    '57P03',
    'No active warehouse selected in the current session. Select an active warehouse with the "use warehouse" command',
  ],
  suspended: ['000606', '57P03', 'Warehouse'],
  quota: ['090073', '22000', 'Warehouse cannot be resumed because resource monitor has exceeded its quota:'],
  warehouseState: ['090064', '22000', 'Invalid state. Warehouse'],
  lockTimeout: ['000625', '57014', 'has locked the table and this lock has not yet been released:'],
  deadlock: ['000636', '57014', 'Your statement was aborted because it deadlocked with another transaction:'],
  abortedTransaction: ['000625', '57014', 'The transaction was aborted by an error; end it with ROLLBACK'],
  cancelled: ['000604', '57014', 'SQL execution canceled'],
  nondeterministic: ['100090', '42P18', 'Duplicate row detected during DML action'],
  divisionByZero: ['100051', '22012', 'Division by zero'],
  notNull: ['100072', '22000', 'NULL result in a non-nullable column'],
  notNumeric: ['100038', '22018', 'Numeric value is not recognized'],
  outOfRange: ['100039', '22003', 'Numeric value is out of range'],
  notTimestamp: ['100035', '22007', 'Timestamp is not recognized'],
  notJson: ['100069', '22P02', 'Error parsing JSON'],
  fileMissing: ['091016', '22000', 'Remote file was not found:'],
  copyFailed: ['100069', '22P02', 'Error parsing JSON in file'],
  invalidParameter: ['001006', '22023', 'SQL compilation error:\ninvalid parameter'],
  invalidParameterValue: ['001007', '22023', 'SQL compilation error:\ninvalid value'],
  objectType: [
    '002203',
    '42710',
    'SQL compilation error:\nObject found is of another type than the specified one:',
  ],
  viewColumns: ['002057', '42601', 'SQL compilation error:\nView definition'],
  externalStage: ['091003', '22000', 'SQL compilation error:\n'],
  internal: ['000603', 'XX000', 'SQL execution internal error:'],
} as const;

export type RefusalKind = keyof typeof kinds;

/** The refusal of a kind, with what it is about. */
export function refused(kind: RefusalKind, about = ''): SqlRefused {
  const [code, sqlState, message] = kinds[kind];
  return new SqlRefused(code, sqlState, about === '' ? `${message}.` : `${message} ${about}`);
}
