import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, isUnionType } from 'graphql';
import type { GraphQLField, GraphQLNamedType, GraphQLSchema } from 'graphql';

/**
 * What our part of a schema has that the whole has not, or has otherwise: types, fields, arguments and their types to
 * the letter, interfaces, members of unions, values of enums. The whole may have more of everything.
 */
export function differences(part: GraphQLSchema, whole: GraphQLSchema): readonly string[] {
  return Object.values(part.getTypeMap())
    .filter((type) => !type.name.startsWith('__'))
    .flatMap((type) => typeDifferences(type, whole.getType(type.name)));
}

function typeDifferences(
  ours: GraphQLNamedType,
  theirs: GraphQLNamedType | null | undefined,
): readonly string[] {
  if (theirs === null || theirs === undefined) return [`type ${ours.name} does not exist`];
  if (ours.constructor.name !== theirs.constructor.name) {
    return [`type ${ours.name} is ${kindOf(theirs)}, not ${kindOf(ours)}`];
  }
  if (isEnumType(ours) && isEnumType(theirs)) {
    return missing(ours.name, names(ours.getValues()), names(theirs.getValues()));
  }
  if (isUnionType(ours) && isUnionType(theirs)) {
    return missing(ours.name, names(ours.getTypes()), names(theirs.getTypes()));
  }
  const isComposite = isObjectType(ours) || isInterfaceType(ours);
  if (isComposite && (isObjectType(theirs) || isInterfaceType(theirs))) {
    const fields = Object.values(ours.getFields()).flatMap((field) =>
      fieldDifferences(ours.name, field, theirs.getFields()[field.name]),
    );
    return [...missing(ours.name, names(ours.getInterfaces()), names(theirs.getInterfaces())), ...fields];
  }
  return isInputObjectType(ours) ? [`input type ${ours.name} is not compared`] : [];
}

function fieldDifferences(
  type: string,
  ours: GraphQLField<unknown, unknown>,
  theirs: GraphQLField<unknown, unknown> | undefined,
): readonly string[] {
  const place = `${type}.${ours.name}`;
  if (theirs === undefined) return [`field ${place} does not exist`];
  const found: string[] = [];
  if (String(ours.type) !== String(theirs.type))
    found.push(`${place} is ${String(theirs.type)}, not ${String(ours.type)}`);
  for (const argument of ours.args) {
    const other = theirs.args.find((each) => each.name === argument.name);
    if (other === undefined) found.push(`argument ${place}(${argument.name}) does not exist`);
    else if (String(argument.type) !== String(other.type)) {
      found.push(`${place}(${argument.name}) is ${String(other.type)}, not ${String(argument.type)}`);
    } else if (argument.defaultValue !== other.defaultValue) {
      found.push(
        `${place}(${argument.name}) is ${String(other.defaultValue)} by default, not ${String(argument.defaultValue)}`,
      );
    }
  }
  for (const other of theirs.args) {
    const isNeeded = String(other.type).endsWith('!') && other.defaultValue === undefined;
    if (isNeeded && !ours.args.some((each) => each.name === other.name)) {
      found.push(`argument ${place}(${other.name}) must be given`);
    }
  }
  return found;
}

function missing(type: string, ours: readonly string[], theirs: readonly string[]): readonly string[] {
  return ours.filter((name) => !theirs.includes(name)).map((name) => `${type} has no ${name}`);
}

function names(all: readonly { readonly name: string }[]): readonly string[] {
  return all.map((each) => each.name);
}

function kindOf(type: GraphQLNamedType): string {
  return type.constructor.name.replace('GraphQL', '');
}
