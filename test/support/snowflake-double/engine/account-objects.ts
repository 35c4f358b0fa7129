import { refused } from './refused.ts';

/** Objects that are only remembered: what they were given, in the words of the statement. */
export interface AccountObject {
  readonly kind: string;
  /** As SHOW names it: one part, or three of what lives in a schema. */
  readonly name: readonly string[];
  readonly properties: Map<string, string>;
  /** What stands between the name and the properties: the signature and body of a policy, the values of a tag. */
  body: string;
  comment: string;
  owner: string;
  readonly createdMs: number;
}

/** Roles, users, monitors, integrations, file formats, tags, policies... by kind and name. */
export class AccountObjects {
  private readonly objects = new Map<string, AccountObject>();

  find(kind: string, name: readonly string[]): AccountObject | undefined {
    return this.objects.get(keyOf(kind, name));
  }

  must(kind: string, name: readonly string[]): AccountObject {
    const found = this.find(kind, name);
    if (found === undefined) throw refused('missing', `${titled(kind)} '${name.join('.')}'`);
    return found;
  }

  put(object: AccountObject): void {
    this.objects.set(keyOf(object.kind, object.name), object);
  }

  remove(kind: string, name: readonly string[]): void {
    this.objects.delete(keyOf(kind, name));
  }

  all(kind: string): AccountObject[] {
    return [...this.objects.values()]
      .filter((object) => object.kind === kind)
      .toSorted((left, right) => (left.name.join('.') < right.name.join('.') ? -1 : 1));
  }
}

function keyOf(kind: string, name: readonly string[]): string {
  return JSON.stringify([kind, ...name]);
}

function titled(kind: string): string {
  return kind.charAt(0) + kind.slice(1).toLowerCase();
}
