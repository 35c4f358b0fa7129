import { granteeOf } from './item.ts';
import type { GrantItem, Item, ObjectItem, Properties, Value } from './item.ts';
import { objectTypes } from './object-types.ts';
import { writeValue } from './property.ts';
import type { Property } from './property.ts';
import { quoteLiteral } from '../../sql-text.ts';

/** What establishes a fact, whether or not it holds already: each statement may be run any number of times. */
export function establish(item: Item): string[] {
  switch (item.item) {
    case 'object':
      return [createStatement(item), ...alterStatements(item, standing(item))];
    case 'grant':
      return [
        `grant ${item.privilege.toLowerCase()} on ${securable(item.on, item.name)} to ${granteeOf(item)}`,
      ];
    case 'future grant':
      return [
        `grant ${item.privilege.toLowerCase()} on future ${item.on}s in ${item.within} ${item.name} to role ${item.role}`,
      ];
    case 'membership':
      return [`grant role ${item.role} to ${item.to} ${item.name}`];
    case 'owner':
      return [`grant ownership on ${item.on} ${item.name} to role ${item.role} copy current grants`];
    case 'tagging':
      return [`alter ${taggedObject(item.on, item.name)} set tag ${item.tag} = ${quoteLiteral(item.value)}`];
    case 'tag policy':
      return [`alter tag ${item.tag} set masking policy ${item.policy} force`];
  }
}

/** What ends a fact that should not be. Only rights are ever taken away: an object may hold what somebody needs. */
export function revoke(item: Item): string[] {
  switch (item.item) {
    case 'grant':
      return [
        `revoke ${item.privilege.toLowerCase()} on ${securable(item.on, item.name)} from ${granteeOf(item)}`,
      ];
    case 'future grant':
      return [
        `revoke ${item.privilege.toLowerCase()} on future ${item.on}s in ${item.within} ${item.name} from role ${item.role}`,
      ];
    case 'membership':
      return [`revoke role ${item.role} from ${item.to} ${item.name}`];
    case 'object':
    case 'owner':
    case 'tagging':
    case 'tag policy':
      return [];
  }
}

/** Takes back that a role may hand a right on. */
export function revokeGrantOption(item: GrantItem): string {
  const right = `${item.privilege.toLowerCase()} on ${securable(item.on, item.name)}`;
  return `revoke grant option for ${right} from ${granteeOf(item)}`;
}

/** ALTER for those properties of an object, in the type's order. */
export function alterStatements(item: ObjectItem, changed: Properties): string[] {
  const plain: string[] = [];
  const own: string[] = [];
  for (const [name, rules] of Object.entries<Property>(objectTypes[item.type].properties)) {
    const value = changed[name];
    if (value === undefined) continue;
    if (rules.alter !== undefined) own.push(...rules.alter(item, value));
    else if (rules.at !== 'create') plain.push(assignment(name, rules, value));
  }
  return [...(plain.length === 0 ? [] : [`alter ${item.type} ${item.name} set ${plain.join(' ')}`]), ...own];
}

function createStatement(item: ObjectItem): string {
  const { create, always, properties } = objectTypes[item.type];
  const head = create?.(item) ?? `create ${item.type} if not exists ${item.name}`;
  const parts = Object.entries<Property>(properties).flatMap(([name, rules]) => {
    const value = item.properties[name];
    if (value === undefined || rules.at === 'alter') return [];
    const part = rules.create === undefined ? assignment(name, rules, value) : rules.create(value);
    return part === undefined ? [] : [part];
  });
  return [head, ...(always === undefined ? [] : [always]), ...parts].join(' ');
}

/** What an object that stands is brought in line by. */
function standing({ type, properties }: ObjectItem): Properties {
  const { properties: rules } = objectTypes[type];
  return Object.fromEntries(Object.entries(properties).filter(([name]) => rules[name]?.at !== 'create'));
}

function assignment(name: string, { form }: Property, value: Value): string {
  return `${name} = ${writeValue(form, value)}`;
}

function securable(on: string, name: string): string {
  return on === 'account' ? 'account' : `${on} ${name}`;
}

function taggedObject(on: 'schema' | 'column', name: string): string {
  if (on === 'schema') return `schema ${name}`;
  const cut = name.lastIndexOf('.');
  return `table ${name.slice(0, cut)} modify column ${name.slice(cut + 1)}`;
}
