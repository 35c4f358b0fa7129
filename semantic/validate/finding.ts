/** What is wrong with the metric model, at one place of one file. */
export interface Finding {
  /** Stable name of the rule, for whoever looks it up. */
  readonly rule: RuleName;
  readonly message: string;
  /** `cubes/orders.yml:12:9`, relative to the model folder. */
  readonly where: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Every rule, and what it guards. */
export const rules = {
  yaml: 'the file can be read',
  schema: 'the file says what a cube or view may say, and nothing else',
  names: 'names are of lower-case letters, digits and _, and say one thing',
  metadata: 'whoever asks for a metric knows what it means, whose it is and how far to trust it',
  references: 'members and mart columns that are named exist, with the type that is needed',
  classified: 'nothing personal is exposed',
  joins: 'there is one way from a cube to another',
  'fan-out': 'nothing is counted twice, nor added up that does not add up',
  currency: 'amounts of two currencies are never added',
  rollups: 'what is answered from a rollup is what the mart would answer',
  published: 'a certified metric keeps its name and meaning, or says that it changed',
} as const;

export type RuleName = keyof typeof rules;
