/** What a token stands for. Each purpose has its own key, so that tokens of two purposes can never be compared. */
export const tokenPurposes = ['card', 'email', 'name', 'phone', 'address'] as const;
export type TokenPurpose = (typeof tokenPurposes)[number];

/** Ways to keep a part of a value that identifies nobody. */
export const maskKinds = ['presence', 'initial', 'domain', 'prefix3', 'year'] as const;
export type MaskKind = (typeof maskKinds)[number];

/**
 * What may become of one value. What has no rule is denied and reported by its name, never by its value.
 *
 * | rule | what is kept |
 * |---|---|
 * | `allow` | a string, number, boolean or null exactly as it came; a card number in it is replaced |
 * | `id` | like `allow`, but what has the shape of an identifier is not looked at: its digits may look like a card's |
 * | `scrub` | text that people write; detected like `allow`, named apart so that masking policies can tell them |
 * | `token:<purpose>` | a keyed token, under `<field>_token` |
 * | `subject` | anything, encrypted with the key of the person it is about; erasing that key erases it everywhere |
 * | `subject+token:<purpose>` | both: the encrypted value under its own name and the token beside it |
 * | `mask:<kind>` | a part: `presence` true or false, `initial` first letter, `domain` of an e-mail address, `prefix3` first three characters, `year` of a date |
 * | `deny` | nothing; known, so not reported as unknown; covers everything below it |
 */
export type FieldRule =
  | 'allow'
  | 'id'
  | 'scrub'
  | 'deny'
  | 'subject'
  | `token:${TokenPurpose}`
  | `subject+token:${TokenPurpose}`
  | `mask:${MaskKind}`;

/** Rules of an object's fields: a rule for a scalar, an object for an object, `[x]` for a list of x. */
export interface FieldRules {
  readonly [field: string]: FieldRule | FieldRules | readonly [FieldRule | FieldRules];
}

/**
 * The classification of one stream of a source, the only place that says what may leave the source.
 *
 * ```ts
 * export const charges: StreamRules = {
 *   source: 'stripe',
 *   stream: 'charges',
 *   subject: 'customer',
 *   fields: {
 *     id: 'id',
 *     amount: 'allow',
 *     description: 'scrub',
 *     billing_details: { email: 'subject+token:email', name: 'subject', address: 'deny' },
 *     payment_method_details: { type: 'allow', card: { brand: 'allow', fingerprint: 'token:card', last4: 'deny' } },
 *     refunds: [{ id: 'id', amount: 'allow' }],
 *     metadata: 'deny',
 *   },
 * };
 * ```
 */
export interface StreamRules {
  readonly source: string;
  readonly stream: string;
  readonly fields: FieldRules;
  /**
   * Dotted path of the id of the person that `subject` fields are about; of several, the first that has a value. The
   * person is then `<source>:<id>`. Without an id nothing can be erased later, so such a value is left out.
   */
  readonly subject?: string | readonly string[];
}

const plainRules: ReadonlySet<string> = new Set(['allow', 'id', 'scrub', 'deny', 'subject']);

/** Whether a text, such as one that was typed in, is a rule. */
export function isFieldRule(text: string): text is FieldRule {
  if (plainRules.has(text)) return true;
  const [kind, name = ''] = text.split(':', 2);
  if (kind === 'mask') return maskKinds.some((each) => each === name);
  return (kind === 'token' || kind === 'subject+token') && tokenPurposes.some((each) => each === name);
}
