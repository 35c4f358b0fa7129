import { shown } from './catalog.ts';
import type { Relation } from './catalog.ts';
import { refused } from './refused.ts';

export type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE';

export interface Grant {
  readonly privilege: string;
  /** TABLE, SCHEMA, WAREHOUSE, ROLE...; FUTURE TABLES in a schema are a kind of their own. */
  readonly kind: string;
  /** As SHOW GRANTS names it. */
  readonly object: string;
  readonly grantee: string;
  readonly granteeKind: 'ROLE' | 'USER';
  readonly withGrantOption: boolean;
  readonly createdMs: number;
}

/**
 * Grants are written down and shown; nothing follows from them by itself. What a role may not do is said by `deny`, as
 * a test that wants to see a refusal does.
 */
export class Grants {
  readonly all: Grant[] = [];
  private readonly denied = new Set<string>();

  add(grant: Grant): void {
    if (this.all.some((each) => isSame(each, grant))) return;
    this.all.push(grant);
  }

  remove(grant: Omit<Grant, 'withGrantOption' | 'createdMs'>): void {
    const place = this.all.findIndex((each) => isSame(each, grant));
    if (place >= 0) this.all.splice(place, 1);
  }

  /** Grants on an object go with it. */
  forget(kind: string, object: string): void {
    for (const grant of this.all.filter((each) => each.kind === kind && each.object === object))
      this.all.splice(this.all.indexOf(grant), 1);
  }

  /** From here on a privilege on a relation, `MARTS.FCT_ORDERS`, is missing to everybody. */
  deny(privilege: Privilege, object: string): void {
    this.denied.add(`${privilege} ${object.toUpperCase()}`);
  }

  allow(privilege: Privilege, object: string): void {
    this.denied.delete(`${privilege} ${object.toUpperCase()}`);
  }

  mustHave(_who: unknown, privilege: Privilege, relation: Relation): void {
    if (this.denied.size === 0) return;
    const [database, schema, name] = relation.name.map((part) => part.toUpperCase());
    const names = [`${database}.${schema}.${name}`, `${schema}.${name}`];
    if (!names.some((each) => this.denied.has(`${privilege} ${each}`))) return;
    // Who may do nothing with it is not told that it exists; the double knows of no other privilege.
    throw refused('privileges', `${relation.kind} ${shown([relation.name[2]])}`);
  }
}

function isSame(left: Omit<Grant, 'withGrantOption' | 'createdMs'>, right: typeof left): boolean {
  return (
    left.privilege === right.privilege &&
    left.kind === right.kind &&
    left.object === right.object &&
    left.grantee === right.grantee &&
    left.granteeKind === right.granteeKind
  );
}
