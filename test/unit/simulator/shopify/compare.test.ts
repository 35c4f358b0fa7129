import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { differences } from '../../../oracles/shopify/compare.ts';

const whole = buildSchema(`
  interface Node { id: ID! }
  enum Colour { RED GREEN }
  type Thing implements Node { id: ID! name: String colour: Colour! parts(first: Int = 5, after: String): [Thing!]! }
  type Other { id: ID! }
  union Any = Thing | Other
  type Query { thing(id: ID!): Thing any: Any }`);

test('a part of a schema has no differences from the whole', () => {
  const part = buildSchema(`
    interface Node { id: ID! }
    enum Colour { RED }
    type Thing implements Node { id: ID! colour: Colour! parts(first: Int = 5): [Thing!]! }
    union Any = Thing
    type Query { thing(id: ID!): Thing any: Any }`);
  expect(differences(part, whole)).toEqual([]);
});

test('whatever a part has otherwise is named', () => {
  const part = buildSchema(`
    interface Node { id: ID! }
    enum Colour { RED BLUE }
    type Thing implements Node { id: ID! name: String! size: Int parts(first: Int = 6, last: Int, after: ID): [Thing]! }
    type Other implements Node { id: ID! }
    scalar Any
    type Extra { id: ID! }
    type Query { thing: Thing any: Any extra: Extra }`);
  expect(differences(part, whole)).toEqual(
    expect.arrayContaining([
      'Colour has no BLUE',
      'Thing.name is String, not String!',
      'field Thing.size does not exist',
      'Thing.parts is [Thing!]!, not [Thing]!',
      'Thing.parts(first) is 5 by default, not 6',
      'argument Thing.parts(last) does not exist',
      'Thing.parts(after) is String, not ID',
      'Other has no Node',
      'type Any is UnionType, not ScalarType',
      'type Extra does not exist',
      'argument Query.thing(id) must be given',
      'field Query.extra does not exist',
    ]),
  );
});
