import type { AlarmState } from './alarm-state.ts';

/** The rule of a composite alarm, CloudWatch's AlarmRule. */
export type Rule =
  | { readonly kind: 'state'; readonly alarm: string; readonly state: AlarmState }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'not'; readonly of: Rule }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Rule[] };

export type RuleParse =
  | { readonly ok: true; readonly rule: Rule; readonly alarms: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/** CloudWatch's limits of one rule. */
const mostAlarms = 100;
const mostElements = 500;

const word = /\s*(?:(\(|\))|"([^"]*)"|([^\s()"]+))/y;

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

class RuleProblem extends Error {}

/**
 * Reads a rule. NOT binds closer than AND, AND closer than OR. Throws nothing: what is wrong is in the answer.
 */
export function parseRule(text: string): RuleParse {
  try {
    const tokens = tokensOf(text);
    const reader = new RuleReader(tokens);
    const rule = reader.either();
    reader.end();
    const alarms = [...new Set(alarmsOf(rule))];
    if (alarms.length > mostAlarms) {
      return { ok: false, problem: `it names ${alarms.length} alarms; at most ${mostAlarms} are allowed` };
    }
    const elements = tokens.filter(({ text: each, quoted }) => !quoted && each === '(').length + leaves(rule);
    if (elements > mostElements) {
      return { ok: false, problem: `it has ${elements} elements; at most ${mostElements} are allowed` };
    }
    return { ok: true, rule, alarms };
  } catch (error) {
    if (error instanceof RuleProblem) return { ok: false, problem: error.message };
    throw error;
  }
}

/** Whether a rule holds. */
export function ruleHolds(rule: Rule, stateOf: (alarm: string) => AlarmState): boolean {
  switch (rule.kind) {
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'constant':
      return rule.value;
    case 'not':
      return !ruleHolds(rule.of, stateOf);
    case 'and':
      return rule.of.every((each) => ruleHolds(each, stateOf));
    case 'or':
      return rule.of.some((each) => ruleHolds(each, stateOf));
  }
}

/** The alarms that a rule names, as often as it does. */
export function alarmsOf(rule: Rule): readonly string[] {
  switch (rule.kind) {
    case 'state':
      return [rule.alarm];
    case 'constant':
      return [];
    case 'not':
      return alarmsOf(rule.of);
    case 'and':
    case 'or':
      return rule.of.flatMap(alarmsOf);
  }
}

function leaves(rule: Rule): number {
  switch (rule.kind) {
    case 'state':
    case 'constant':
      return 1;
    case 'not':
      return leaves(rule.of);
    case 'and':
    case 'or':
      return rule.of.reduce((sum, each) => sum + leaves(each), 0);
  }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  word.lastIndex = 0;
  while (word.lastIndex < trimmed.length) {
    const at = word.lastIndex;
    const match = word.exec(trimmed);
    if (match === null) throw new RuleProblem(`it cannot be read from character ${at + 1} on`);
    const [, bracket, quoted, bare] = match;
    tokens.push({ text: bracket ?? quoted ?? bare ?? '', quoted: quoted !== undefined });
  }
  return tokens;
}

const functions: Readonly<Record<string, AlarmState>> = {
  ALARM: 'ALARM',
  OK: 'OK',
  INSUFFICIENT_DATA: 'INSUFFICIENT_DATA',
};

class RuleReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  either(): Rule {
    return this.#joined('OR', 'or', () => this.#joined('AND', 'and', () => this.#one()));
  }

  end(): void {
    const token = this.#tokens[this.#at];
    if (token !== undefined) throw new RuleProblem(`"${token.text}" is not expected there`);
  }

  #joined(operator: string, kind: 'and' | 'or', next: () => Rule): Rule {
    const first = next();
    const of = [first];
    while (this.#took(operator)) of.push(next());
    return of.length === 1 ? first : { kind, of };
  }

  #one(): Rule {
    if (this.#took('NOT')) return { kind: 'not', of: this.#one() };
    if (this.#took('(')) {
      const rule = this.either();
      this.#must(')');
      return rule;
    }
    if (this.#took('TRUE')) return { kind: 'constant', value: true };
    if (this.#took('FALSE')) return { kind: 'constant', value: false };
    const token = this.#next('a function, TRUE, FALSE, NOT or (');
    const state = token.quoted || !Object.hasOwn(functions, token.text) ? undefined : functions[token.text];
    if (state === undefined) throw new RuleProblem(`"${token.text}" is no function of a rule`);
    this.#must('(');
    const alarm = this.#next('the id of an alarm');
    if (!alarm.quoted && (alarm.text === '(' || alarm.text === ')')) {
      throw new RuleProblem(`${token.text}() names no alarm`);
    }
    this.#must(')');
    return { kind: 'state', alarm: alarm.text, state };
  }

  #took(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.quoted || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #must(text: string): void {
    if (this.#took(text)) return;
    const found = this.#tokens[this.#at];
    throw new RuleProblem(
      `${text} is expected ${found === undefined ? 'at the end' : `before "${found.text}"`}`,
    );
  }

  #next(what: string): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new RuleProblem(`${what} is expected at the end`);
    this.#at += 1;
    return token;
  }
}
