import path from 'node:path';
import ts from 'typescript';

/** Tells how a JSON value differs from one of Stripe's own types; empty when it fits. */
export type Compare = (value: unknown, typeName: string) => readonly string[];

/** Reads the types of the `stripe` package with the compiler, as a list of exported names of its namespace. */
export function readStripeTypes(names: readonly string[]): Compare {
  const file = path.join(import.meta.dirname, 'stripe-names.ts');
  const text = `import type Stripe from 'stripe';\n${names
    .map((name) => `export type ${name} = Stripe.${name};`)
    .join('\n')}`;
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    exactOptionalPropertyTypes: true,
    noLib: false,
    types: ['node'],
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.fileExists = (name) => name === file || onDisk.fileExists(name);
  host.getSourceFile = (name, target) =>
    name === file ? ts.createSourceFile(name, text, target) : onDisk.getSourceFile(name, target);
  const program = ts.createProgram([file], options, host);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const types = new Map<string, ts.Type>();
  source?.forEachChild((node) => {
    if (ts.isTypeAliasDeclaration(node)) types.set(node.name.text, checker.getTypeAtLocation(node));
  });
  return (value, typeName) => {
    const type = types.get(typeName);
    if (type === undefined || (type.flags & ts.TypeFlags.Any) !== 0) return [`no type ${typeName}`];
    return differences(checker, value, type, typeName);
  };
}

function differences(checker: ts.TypeChecker, value: unknown, type: ts.Type, at: string): readonly string[] {
  const options = type.isUnion() ? type.types : [type];
  if (value === null)
    return options.some((each) => (each.flags & ts.TypeFlags.Null) !== 0) ? [] : [`${at}: null`];
  if (typeof value !== 'object')
    return options.some((each) => holds(each, value)) ? [] : [`${at}: ${typeof value}`];
  const objects = options.filter((each) => (each.flags & ts.TypeFlags.Object) !== 0);
  if (objects.length === 0) return [`${at}: object`];
  // Of several objects that are allowed, the one that the value is most like.
  const attempts = objects.map((each) => objectDifferences(checker, value, each, at));
  return attempts.sort((a, b) => a.length - b.length)[0] ?? [];
}

function holds(type: ts.Type, value: unknown): boolean {
  if (type.isIntersection()) return type.types.some((each) => holds(each, value));
  if (type.isStringLiteral() || type.isNumberLiteral()) return type.value === value;
  const flag = { string: ts.TypeFlags.String, number: ts.TypeFlags.Number }[
    typeof value as 'string' | 'number'
  ];
  if (flag !== undefined) return (type.flags & flag) !== 0;
  return (
    (type.flags & ts.TypeFlags.BooleanLike) !== 0 &&
    (type as { intrinsicName?: string }).intrinsicName === String(value)
  );
}

function objectDifferences(
  checker: ts.TypeChecker,
  value: object,
  type: ts.Type,
  at: string,
): readonly string[] {
  if (Array.isArray(value)) {
    const element = checker.isArrayType(type)
      ? checker.getTypeArguments(type as ts.TypeReference)[0]
      : undefined;
    if (element === undefined) return [`${at}: list`];
    return value.flatMap((each, index) => differences(checker, each, element, `${at}[${index}]`));
  }
  const record = checker.getIndexInfoOfType(type, ts.IndexKind.String);
  if (record !== undefined) {
    return Object.entries(value).flatMap(([key, each]) =>
      differences(checker, each, record.type, `${at}.${key}`),
    );
  }
  const properties = new Map(checker.getPropertiesOfType(type).map((each) => [each.name, each]));
  const unknown = Object.keys(value).filter((key) => !properties.has(key));
  const missing = [...properties.values()].filter(
    (each) => (each.flags & ts.SymbolFlags.Optional) === 0 && !(each.name in value),
  );
  return [
    ...unknown.map((key) => `${at}.${key}: unknown`),
    ...missing.map((each) => `${at}.${each.name}: missing`),
    ...Object.entries(value).flatMap(([key, each]: [string, unknown]) => {
      const property = properties.get(key);
      return property === undefined
        ? []
        : differences(checker, each, checker.getTypeOfSymbol(property), `${at}.${key}`);
    }),
  ];
}
