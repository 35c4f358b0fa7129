import type { Location } from './location.ts';

/** Arguments as written at a call, a filter or a test. */
export interface Args {
  readonly positional: readonly Expr[];
  readonly named: readonly (readonly [name: string, value: Expr])[];
  readonly star?: Expr | undefined;
  readonly doubleStar?: Expr | undefined;
}

export type BinaryOp = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '~';
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

interface Of<Kind extends string> {
  readonly kind: Kind;
  readonly at: Location;
}

export type ConstExpr = Of<'const'> & { readonly value: null | boolean | bigint | number | string };
export type NameExpr = Of<'name'> & { readonly name: string };
export type SequenceExpr = Of<'list' | 'tuple'> & { readonly items: readonly Expr[] };
export type DictExpr = Of<'dict'> & { readonly pairs: readonly (readonly [key: Expr, value: Expr])[] };
export type AttributeExpr = Of<'attribute'> & { readonly target: Expr; readonly name: string };
export type ItemExpr = Of<'item'> & { readonly target: Expr; readonly key: Expr };
export type SliceExpr = Of<'slice'> & {
  readonly target: Expr;
  readonly start: Expr | undefined;
  readonly stop: Expr | undefined;
  readonly step: Expr | undefined;
};
export type CallExpr = Of<'call'> & { readonly target: Expr; readonly args: Args };
/** `target` is absent at the head of `{% filter %}` and `{% set x | f %}`: the block's text takes its place. */
export type FilterExpr = Of<'filter'> & {
  readonly target: Expr | undefined;
  readonly name: string;
  readonly args: Args;
};
export type TestExpr = Of<'test'> & { readonly target: Expr; readonly name: string; readonly args: Args };
export type UnaryExpr = Of<'unary'> & { readonly op: 'not' | '-' | '+'; readonly operand: Expr };
export type BinaryExpr = Of<'binary'> & { readonly op: BinaryOp; readonly left: Expr; readonly right: Expr };
export type LogicExpr = Of<'logic'> & {
  readonly op: 'and' | 'or';
  readonly left: Expr;
  readonly right: Expr;
};
export type CompareExpr = Of<'compare'> & {
  readonly first: Expr;
  readonly rest: readonly { readonly op: CompareOp; readonly value: Expr }[];
};
export type ConditionExpr = Of<'condition'> & {
  readonly test: Expr;
  readonly chosen: Expr;
  readonly otherwise: Expr | undefined;
};

export type Expr =
  | ConstExpr
  | NameExpr
  | SequenceExpr
  | DictExpr
  | AttributeExpr
  | ItemExpr
  | SliceExpr
  | CallExpr
  | FilterExpr
  | TestExpr
  | UnaryExpr
  | BinaryExpr
  | LogicExpr
  | CompareExpr
  | ConditionExpr;

/** What can stand on the left of an assignment. */
export type Target =
  | (Of<'name'> & { readonly name: string })
  | (Of<'namespace'> & { readonly name: string; readonly attribute: string })
  | (Of<'targets'> & { readonly items: readonly Target[] });

export interface Parameter {
  readonly name: string;
  readonly fallback: Expr | undefined;
}

/** Parameters and body of a macro or a call block, with what the body uses of the special names. */
export interface Signature {
  readonly parameters: readonly Parameter[];
  readonly body: Body;
  readonly uses: { varargs: boolean; kwargs: boolean; caller: boolean };
}

/** Statements with a scope of their own and the names that are undefined in it until they are set. */
export interface Body {
  readonly nodes: readonly Node[];
  readonly hoisted: string[];
}

export type MacroKind = 'macro' | 'test' | 'materialization' | 'snapshot' | 'docs';

/** A block that defines something: found at the top level of a file it is one of `Template.macros`. */
export interface MacroDefinition {
  readonly kind: MacroKind;
  /** As the block names it; a test's callable name is `test_<name>`. */
  readonly name: string;
  readonly signature: Signature;
  /** A materialization's adapter, `default` unless said. */
  readonly adapter: string | undefined;
  readonly supportedLanguages: readonly string[] | undefined;
  /** The source text, tags included. */
  readonly raw: string;
  /** The source text between the tags. */
  readonly bodyText: string;
  readonly at: Location;
}

export type TextNode = Of<'text'> & { readonly text: string };
export type PrintNode = Of<'print'> & { readonly items: readonly Expr[] };
export type IfNode = Of<'if'> & {
  readonly branches: readonly { readonly test: Expr; readonly body: readonly Node[] }[];
  readonly otherwise: readonly Node[];
};
export type ForNode = Of<'for'> & {
  readonly target: Target;
  readonly iterable: Expr;
  readonly filter: Expr | undefined;
  readonly recursive: boolean;
  readonly body: Body;
  readonly otherwise: Body;
};
export type SetNode = Of<'set'> & { readonly target: Target; readonly value: Expr };
export type SetBlockNode = Of<'setBlock'> & {
  readonly target: Target;
  readonly filter: FilterExpr | undefined;
  readonly body: Body;
};
export type WithNode = Of<'with'> & {
  readonly bindings: readonly { readonly target: Target; readonly value: Expr }[];
  readonly body: Body;
};
export type MacroNode = Of<'macro'> & { readonly definition: MacroDefinition };
export type CallBlockNode = Of<'callBlock'> & { readonly call: CallExpr; readonly signature: Signature };
export type FilterBlockNode = Of<'filterBlock'> & { readonly filter: FilterExpr; readonly body: Body };
export type DoNode = Of<'do'> & { readonly value: Expr };
export type JumpNode = Of<'break' | 'continue'>;

export type Node =
  | TextNode
  | PrintNode
  | IfNode
  | ForNode
  | SetNode
  | SetBlockNode
  | WithNode
  | MacroNode
  | CallBlockNode
  | FilterBlockNode
  | DoNode
  | JumpNode;

/** A parsed template; immutable, shared by everybody who parses the same text of the same file. */
export interface Template {
  readonly file: string;
  readonly body: Body;
  /** Blocks at the top level that define something, in order. */
  readonly macros: readonly MacroDefinition[];
  /** Filters and tests whose absence is an error even where they are never reached, as in Jinja2. */
  readonly required: readonly (FilterExpr | TestExpr)[];
}
