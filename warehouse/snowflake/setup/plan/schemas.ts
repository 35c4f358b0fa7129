import type { RoleName } from '../names.ts';

/** A right on the tables and views that a schema will hold. */
export type RelationRight = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** A schema as the platform uses it. */
export interface SchemaPlan {
  readonly name: string;
  readonly comment: string;
  /** Whether its tables can be made again from others: no fail-safe, and at most a day of time travel. */
  readonly isTransient: boolean;
  /** Days that a changed or dropped table can be read as it was; one at most in the standard edition. */
  readonly timeTravelDays: number;
  /** Whose every table and view becomes, whichever process made it. */
  readonly owner: RoleName;
  /** Roles that make tables in it; the transformer makes views, too. */
  readonly makers: readonly RoleName[];
  /** What other roles may do with its tables and views. */
  readonly rights: Readonly<Partial<Record<RoleName, readonly RelationRight[]>>>;
  /** Its relations come and go with a run, too quickly to be looked at one by one. */
  readonly isFleeting?: boolean;
}

const scratch = {
  isTransient: true,
  timeTravelDays: 0,
  owner: 'TRANSFORMER',
  makers: ['TRANSFORMER'],
  rights: {},
} as const;

/**
 * Every schema that the platform's code names. Those that a run, a model or a test names besides are made by the pipeline,
 * and nobody else sees them.
 */
export const schemaPlans: readonly SchemaPlan[] = [
  {
    name: 'RAW',
    comment: 'What was landed, append-only; one table a source table. Never for analysts.',
    isTransient: false,
    timeTravelDays: 7,
    owner: 'LOADER',
    makers: ['LOADER'],
    rights: { TRANSFORMER: ['SELECT'] },
  },
  {
    name: 'STAGING',
    comment: 'Typed rows of raw: the latest of a key, or every version. Can be made again from raw.',
    isTransient: true,
    timeTravelDays: 1,
    owner: 'TRANSFORMER',
    makers: ['TRANSFORMER'],
    rights: {},
  },
  {
    name: 'INTERMEDIATE',
    comment: 'Business rules over staging. Can be made again.',
    isTransient: true,
    timeTravelDays: 1,
    owner: 'TRANSFORMER',
    makers: ['TRANSFORMER'],
    rights: {},
  },
  {
    name: 'MARTS',
    comment: 'The published star: all that analysts and metrics read.',
    isTransient: false,
    timeTravelDays: 7,
    owner: 'TRANSFORMER',
    makers: ['TRANSFORMER'],
    rights: { SEMANTIC: ['SELECT'], ANALYST: ['SELECT'] },
  },
  {
    name: '_META',
    comment: 'Ledger, head, watermarks and states of the platform, and what governs its columns.',
    isTransient: false,
    timeTravelDays: 7,
    owner: 'TRANSFORMER',
    makers: ['TRANSFORMER', 'LOADER'],
    // The ledger is written in the transaction of the loaded rows; the semantic layer asks which version is published.
    rights: { LOADER: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], SEMANTIC: ['SELECT'] },
  },
  {
    ...scratch,
    name: 'FEED',
    comment: 'Rows that a step or publication removed and added.',
    timeTravelDays: 1,
  },
  {
    ...scratch,
    name: 'SEEDS',
    comment: 'Small tables that come from files of the project.',
    isTransient: false,
    timeTravelDays: 1,
  },
  {
    ...scratch,
    name: 'DELTA',
    comment: 'Scratch of the engine; each run has a schema of its own.',
    isFleeting: true,
  },
  { ...scratch, name: 'DBT_TEST__AUDIT', comment: 'Rows that failed a test.', isFleeting: true },
];

/** The schema that a planned one stands for, by its name. */
export function schemaPlan(name: string): SchemaPlan | undefined {
  return schemaPlans.find((each) => each.name === name);
}
