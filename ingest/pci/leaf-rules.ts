import type { FieldRule, MaskKind, TokenPurpose } from './field-rules.ts';
import { mask } from './masks.ts';
import { scrubNumber } from './pan-number.ts';
import type { PanHit, Protection } from './protection.ts';

export type Scalar = string | number | boolean | null;
export type Json = Scalar | readonly Json[] | { readonly [key: string]: Json };

/** Why a value was left out. */
export type LeftOut =
  /** No rule names the field. */
  | 'not declared'
  /** The rule is for another shape of value. */
  | 'another shape'
  /** It is about a person whose id is not known. */
  | 'no subject';

/** What one object is converted with, and where notes about it go. Paths are static: no value is ever in them. */
export interface LeafContext {
  readonly subject: string | undefined;
  readonly leaveOut: (path: string, value: unknown, reason: LeftOut) => void;
  readonly hit: (path: string, hits: readonly PanHit[]) => void;
}

/** One thing that is kept of a value: under which name, and how it is made. Undefined: nothing. */
export interface LeafOutput {
  readonly suffix: '' | '_token' | '_token_before';
  readonly convert: (value: unknown, path: string, context: LeafContext) => Json | undefined;
}

/** What a rule keeps of a value. A value of a shape that the rule is not for is left out, and noted once. */
export function compileLeaf(rule: FieldRule, protection: Protection): readonly LeafOutput[] {
  if (rule === 'deny') return [];
  if (rule === 'id') return [{ suffix: '', convert: identifier(protection) }];
  if (rule === 'allow' || rule === 'scrub') return [{ suffix: '', convert: scrubbed(protection) }];
  if (rule === 'subject') return [{ suffix: '', convert: sealed(protection) }];
  const [kind, argument] = rule.split(':');
  if (kind === 'mask') return [{ suffix: '', convert: masked(argument as MaskKind, protection) }];
  const tokens = tokenOutputs(argument as TokenPurpose, protection);
  if (kind === 'token') return tokens;
  // The sealed value notes what is wrong with the value's shape; the tokens beside it need not say it again.
  return [{ suffix: '', convert: sealed(protection) }, ...tokens];
}

type Convert = LeafOutput['convert'];

function scalar(convert: (value: Scalar, path: string, context: LeafContext) => Json | undefined): Convert {
  return (value, path, context) => {
    if (isScalar(value)) return convert(value, path, context);
    context.leaveOut(path, value, 'another shape');
    return undefined;
  };
}

/** Digits alone, Shopify's global ids, and letters that say what it is before the rest: `ch_3MmlLrLkdIwHu7ix`. */
const identifierShape = /^(?:(?:gid:\/\/[\w/]+\/)?\d+|(?!.*\d{15})[a-z]{1,12}_\w+)$/;

/** An identifier is not looked at; what does not look like one is text, whatever its field is called. */
function identifier(protection: Protection): Convert {
  const asText = scrubbed(protection);
  return (value, path, context) => {
    if (typeof value === 'number' || (typeof value === 'string' && identifierShape.test(value))) return value;
    return asText(value, path, context);
  };
}

function scrubbed(protection: Protection): Convert {
  return scalar((value, path, context) => {
    const found = scrubScalar(value, protection);
    if (found.hits.length > 0) context.hit(path, found.hits);
    return found.value;
  });
}

const noHits: readonly PanHit[] = [];

function scrubScalar(value: Scalar, protection: Protection): { value: Scalar; hits: readonly PanHit[] } {
  if (typeof value === 'number') return scrubNumber(value, protection.scrub);
  if (typeof value !== 'string') return { value, hits: noHits };
  const { text, hits } = protection.scrub(value);
  return { value: text, hits };
}

/** Card numbers may not be kept, encrypted or not, so they are taken out before. */
function sealed(protection: Protection): Convert {
  return (value, path, context) => {
    if (value === null || value === undefined) return null;
    if (context.subject === undefined) {
      context.leaveOut(path, value, 'no subject');
      return undefined;
    }
    const clean = JSON.stringify(value, (_, each: unknown) => {
      if (!isScalar(each)) return each;
      const found = scrubScalar(each, protection);
      if (found.hits.length > 0) context.hit(path, found.hits);
      return found.value;
    });
    return protection.seal(context.subject, clean);
  };
}

function masked(kind: MaskKind, protection: Protection): Convert {
  return scalar((value) => {
    const part = mask(kind, value === null ? null : String(value));
    return typeof part === 'string' ? protection.scrub(part).text : part;
  });
}

function tokenOutputs(purpose: TokenPurpose, protection: Protection): readonly LeafOutput[] {
  const issue = (value: Scalar): ReturnType<Protection['token']> | undefined =>
    value === null || value === '' ? undefined : protection.token(purpose, String(value));
  const token: LeafOutput = { suffix: '_token', convert: scalar((value) => issue(value)?.token ?? null) };
  if (protection.isRotating !== true) return [token];
  const before: Convert = (value) => (isScalar(value) ? issue(value)?.before : undefined);
  return [token, { suffix: '_token_before', convert: before }];
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
