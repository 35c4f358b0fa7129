/** Which tests come with a selection that did not name them. dbt's four modes. */
export const indirectModes = ['eager', 'cautious', 'buildable', 'empty'] as const;

export type IndirectSelection = (typeof indirectModes)[number];

/** The ways to say what a node is, in dbt's words and order. */
export const methodNames = [
  'fqn',
  'name',
  'tag',
  'group',
  'access',
  'source',
  'path',
  'file',
  'package',
  'config',
  'test_name',
  'test_type',
  'resource_type',
  'state',
  'exposure',
  'result',
  'source_status',
  'version',
  'unit_test',
] as const;

export type MethodName = (typeof methodNames)[number];

/** One criterion: `2+config.meta.owner:finance+`. */
export interface Criterion {
  readonly kind: 'criterion';
  readonly method: MethodName;
  /** What follows the method's name: `['meta', 'owner']`. */
  readonly arguments: readonly string[];
  /** Text on the command line; YAML may also say a number or a boolean. */
  readonly value: string | number | boolean;
  /** `@`: descendants, and all they are made from. */
  readonly childrensParents: boolean;
  /** Steps up and down the graph; 0 for none, Infinity for all. */
  readonly parents: number;
  readonly children: number;
  /** Where YAML chose a mode for this criterion; else the command's. */
  readonly indirect: IndirectSelection | undefined;
  /** As written, and where: `--select, argument 2, column 5`. */
  readonly raw: string;
  readonly where: string;
}

/** What to select. A difference takes all later parts away from its first. */
export type Selection =
  | Criterion
  | {
      readonly kind: 'union' | 'intersection' | 'difference';
      readonly parts: readonly Selection[];
      /** The mode by which tests that had only some of their parents join; the command's where undefined. */
      readonly indirect: IndirectSelection | undefined;
    };
