import { fail } from './errors.ts';

/** How many items a list, and characters a text, may have. */
export const MAX_SIZE = 16_000_000;

/** Items that are gone through for the price of one step, and characters of a text. */
const PER_STEP = 8;
const CHARACTERS_PER_STEP = 32;
/** Where a text is only linked or compared, many more characters cost one. */
const PER_LINK = 128;
/** Comparisons of characters, at the very worst, of a search for one text in another. */
const PER_SEARCH = 1000;

/** A rendering as far as work goes: what it has spent, shared by all that it calls, and what it may. */
interface Account {
  readonly run: { steps: number };
  readonly limits: { readonly steps: number };
}

/**
 * The rendering that is at work. Steps alone count nodes; one node can ask for any amount of work (`range(n) | list`,
 * `a + b`), so what operators, filters and methods produce or go through is charged to the same account. They are plain
 * functions of values, which is why the account is here and not an argument of each: JavaScript does one thing at a
 * time, and the interpreter says at every node whose turn it is.
 */
let account: Account | undefined;

/** Whose work it is from here on. */
export function chargeTo(next: Account | undefined): void {
  account = next;
}

/** Whose turn it is. */
export function charged(): Account | undefined {
  return account;
}

/** Adds work to the steps of the rendering; JINJA_LIMIT where they are used up. */
export function charge(steps: number): void {
  if (account === undefined) return;
  const { run, limits } = account;
  run.steps += steps;
  if (run.steps > limits.steps) fail('JINJA_LIMIT', `more than ${limits.steps} steps`);
}

/** For going through, copying or making so many characters. */
export function chargeText(length: number): void {
  if (length >= CHARACTERS_PER_STEP) charge(length / CHARACTERS_PER_STEP);
}

/** For going through, copying or making so many items. */
export function chargeSize(size: number): void {
  if (size >= PER_STEP) charge(size / PER_STEP);
}

/** For linking texts, which copies nothing until they are read, or comparing them. */
export function chargeLink(size: number): void {
  if (size >= PER_LINK) charge(size / PER_LINK);
}

/** For looking for one text in another. */
export function chargeSearch(inside: string, wanted: string): void {
  const worst = inside.length * wanted.length;
  if (worst >= PER_SEARCH) charge(worst / PER_SEARCH);
  chargeLink(inside.length);
}

/** Refuses a size before anything of it is made: engines end the process on some that are too large. */
export function checkSize(size: number, what: string): void {
  if (size > MAX_SIZE) fail('JINJA_LIMIT', `${what} longer than ${MAX_SIZE}`);
}
