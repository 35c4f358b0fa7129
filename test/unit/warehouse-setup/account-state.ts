/** An object of the double, of any type. */
export interface Thing {
  readonly type: string;
  readonly name: string;
  owner: string;
  readonly set: Map<string, string>;
}

export interface Right {
  readonly privilege: string;
  readonly on: string;
  readonly name: string;
  readonly granteeType: string;
  readonly grantee: string;
  readonly isGrantable: boolean;
}

export interface Future {
  readonly privilege: string;
  readonly on: string;
  readonly within: string;
  readonly name: string;
  readonly role: string;
}

export interface Member {
  readonly role: string;
  readonly to: string;
  readonly name: string;
}

export interface Tag {
  readonly tag: string;
  readonly on: string;
  readonly name: string;
  readonly value: string;
}

/** All that an account of the double is. */
export class AccountState {
  readonly things = new Map<string, Thing>();
  readonly columns = new Map<string, readonly string[]>();
  rights: Right[] = [];
  futures: Future[] = [];
  members: Member[] = [];
  tags: Tag[] = [];
  tagPolicies: Array<{ tag: string; policy: string }> = [];

  constructor() {
    for (const role of ['ACCOUNTADMIN', 'SECURITYADMIN', 'SYSADMIN', 'PUBLIC'])
      this.make('role', role, 'ACCOUNTADMIN');
    this.make('user', 'SOMEBODY', 'ACCOUNTADMIN');
  }

  thing(type: string, name: string): Thing | undefined {
    return this.things.get(`${type} ${name}`);
  }

  mustHave(type: string, name: string): Thing {
    const found = this.thing(type === 'integration' ? 'storage integration' : type, name);
    if (found === undefined) throw new Error(`${type} '${name}' does not exist or not authorized.`);
    return found;
  }

  make(type: string, name: string, owner: string): Thing {
    const made: Thing = { type, name, owner, set: new Map() };
    this.things.set(`${type} ${name}`, made);
    return made;
  }

  ofType(type: string): Thing[] {
    return [...this.things.values()].filter((each) => each.type === type);
  }

  /** A table or view that a process makes: it gets what future grants say. */
  relation(type: 'table' | 'view', name: string, columns: readonly string[], maker: string): void {
    const schema = name.slice(0, name.lastIndexOf('.'));
    this.mustHave('schema', schema);
    const made = this.make(type, name, maker);
    this.columns.set(name, columns);
    for (const future of this.futures.filter((each) => each.name === schema && each.on === type)) {
      if (future.privilege === 'OWNERSHIP') made.owner = future.role;
      else
        this.grant({
          ...future,
          on: type,
          name,
          granteeType: 'role',
          grantee: future.role,
          isGrantable: false,
        });
    }
  }

  grant({ privilege, on, name, granteeType, grantee, isGrantable }: Right): void {
    const right = { privilege, on, name, granteeType, grantee, isGrantable };
    const isSame = (each: Right): boolean =>
      each.privilege === privilege && each.on === on && each.name === name && each.grantee === grantee;
    if (!this.rights.some(isSame)) this.rights.push(right);
  }

  /** Another account that is the same. */
  copy(): AccountState {
    const copied = new AccountState();
    for (const [key, thing] of this.things) copied.things.set(key, { ...thing, set: new Map(thing.set) });
    for (const [key, columns] of this.columns) copied.columns.set(key, columns);
    const { rights, futures, members, tags, tagPolicies } = this;
    return Object.assign(copied, structuredClone({ rights, futures, members, tags, tagPolicies }));
  }

  /** All of it as text, in an order of its own. */
  dump(): string {
    const things = [...this.things.values()].map((each) => [
      each.type,
      each.name,
      each.owner,
      [...each.set].map((pair) => pair.join('=')).toSorted(),
    ]);
    return JSON.stringify(
      [things, this.rights, this.futures, this.members, this.tags, this.tagPolicies].map((part) =>
        part.map((each) => JSON.stringify(each)).toSorted(),
      ),
    );
  }
}
