import type { Body, ForNode, IfNode, Node, PrintNode } from './ast.ts';
import { assign } from './assign.ts';
import { evaluate, evaluateCall, evaluateFilter } from './expression.ts';
import { Output, Scope } from './interpreter.ts';
import type { Frame } from './interpreter.ts';
import { Loop, loopItems } from './loop.ts';
import { makeMacro } from './macro.ts';
import { guarded, mapInOrder, chain } from './maybe.ts';
import type { Maybe } from './maybe.ts';
import { isTrue } from './operators.ts';
import { textOf } from './values.ts';
import type { Value } from './values.ts';

/** How a statement ends: normally, or by a jump in a loop. */
export type Jump = 'break' | 'continue' | undefined;

/** Runs statements one after the other, up to a jump. */
export function execute(nodes: readonly Node[], frame: Frame): Maybe<Jump> {
  for (let index = 0; index < nodes.length; index += 1) {
    const jump = executeNode(nodes[index] as Node, frame);
    if (jump instanceof Promise) return executeRest(nodes, index, jump, frame);
    if (jump !== undefined) return jump;
  }
  return undefined;
}

async function executeRest(
  nodes: readonly Node[],
  index: number,
  waiting: Promise<Jump>,
  frame: Frame,
): Promise<Jump> {
  let jump = await waiting;
  for (let at = index + 1; at < nodes.length && jump === undefined; at += 1) {
    jump = await executeNode(nodes[at] as Node, frame);
  }
  return jump;
}

function executeNode(node: Node, frame: Frame): Maybe<Jump> {
  const { it } = frame;
  it.step();
  switch (node.kind) {
    case 'text':
      it.write(frame.out, node.text);
      return undefined;
    case 'print':
      return print(node, frame);
    case 'if':
      return executeIf(node, 0, frame);
    case 'for':
      return chain(evaluate(node.iterable, frame), (items) => executeFor(node, items, frame, 0));
    case 'set':
      return chain(evaluate(node.value, frame), (value) => assign(node.target, value, frame) as undefined);
    case 'do':
      return chain(evaluate(node.value, frame), () => undefined);
    case 'macro':
      defineMacro(node, frame);
      return undefined;
    case 'break':
    case 'continue':
      return node.kind;
    case 'callBlock':
    case 'filterBlock':
    case 'setBlock':
    case 'with':
      return executeBlock(node, frame);
  }
}

type BlockNode = Extract<Node, { kind: 'setBlock' | 'with' | 'callBlock' | 'filterBlock' }>;

function executeBlock(node: BlockNode, frame: Frame): Maybe<Jump> {
  const { it } = frame;
  switch (node.kind) {
    case 'setBlock':
      return capture(node.body, frame, (text, inner) => {
        const { filter } = node;
        const value: Maybe<Value> = filter === undefined ? text : evaluateFilter(filter, inner, text);
        return chain(value, (result) => assign(node.target, result, frame) as undefined);
      });
    case 'filterBlock':
      return capture(node.body, frame, (text, inner) =>
        chain(
          evaluateFilter(node.filter, inner, text),
          (result) => it.write(frame.out, textOf(result)) as undefined,
        ),
      );
    case 'with':
      return chain(
        mapInOrder(node.bindings, (binding) => evaluate(binding.value, frame)),
        (values) => {
          const inner = innerFrame(node.body, frame);
          node.bindings.forEach(({ target }, index) => assign(target, values[index] ?? null, inner));
          return execute(node.body.nodes, inner);
        },
      );
    case 'callBlock': {
      const caller = makeMacro(
        { name: 'caller', signature: node.signature, at: node.at, isCaller: true },
        frame,
        execute,
      );
      return chain(
        evaluateCall(node.call, frame, caller),
        (result) => it.write(frame.out, textOf(result)) as undefined,
      );
    }
  }
}

function innerFrame(body: Body, frame: Frame, out = frame.out): Frame {
  const scope = new Scope(frame.scope);
  for (const name of body.hoisted) scope.names.set(name, undefined);
  return { it: frame.it, scope, out };
}

/** Renders a body aside; a jump out of it leaves what it wrote behind. */
function capture(body: Body, frame: Frame, use: (text: string, inner: Frame) => Maybe<Jump>): Maybe<Jump> {
  const inner = innerFrame(body, frame, new Output());
  return chain(
    execute(body.nodes, inner),
    (jump) => jump ?? use(inner.out.text, { ...inner, out: frame.out }),
  );
}

function defineMacro(node: Node & { kind: 'macro' }, frame: Frame): void {
  const { definition } = node;
  const { kind, signature, at } = definition;
  if (kind !== 'macro' && kind !== 'test') return;
  const name = kind === 'test' ? `test_${definition.name}` : definition.name;
  frame.scope.names.set(name, makeMacro({ name, signature, at, isCaller: false }, frame, execute));
}

function print(node: PrintNode, frame: Frame): Maybe<Jump> {
  const { it } = frame;
  const only = node.items[0];
  const write = (value: Value): undefined => it.write(frame.out, textOf(value)) as undefined;
  if (node.items.length === 1 && only !== undefined) return chain(evaluate(only, frame), write);
  return chain(
    mapInOrder(node.items, (item) => chain(evaluate(item, frame), write)),
    () => undefined,
  );
}

function executeIf(node: IfNode, index: number, frame: Frame): Maybe<Jump> {
  const branch = node.branches[index];
  if (branch === undefined) return execute(node.otherwise, frame);
  return chain(evaluate(branch.test, frame), (test) =>
    isTrue(test) ? execute(branch.body, frame) : executeIf(node, index + 1, frame),
  );
}

function executeFor(node: ForNode, items: Value, frame: Frame, depth: number): Maybe<Jump> {
  const recurse = node.recursive ? (inner: Value) => recurseInto(node, inner, frame, depth + 1) : undefined;
  return chain(loopItems(node, items, frame), (source) => {
    const loop = new Loop(source, frame.it, depth, recurse);
    return chain(iterateOver(node, loop, frame), (): Maybe<Jump> => {
      if (loop.isAnyComplete) return undefined;
      return execute(node.otherwise.nodes, innerFrame(node.otherwise, frame));
    });
  });
}

function recurseInto(node: ForNode, items: Value, frame: Frame, depth: number): Maybe<Value> {
  const { it } = frame;
  const out = new Output();
  it.enter();
  return guarded(
    () => chain(executeFor(node, items, { ...frame, out }, depth), () => out.text),
    () => {
      it.run.depth -= 1;
    },
    (error) => {
      throw error;
    },
  );
}

function iterateOver(node: ForNode, loop: Loop, frame: Frame): Maybe<undefined> {
  while (loop.advance()) {
    const jump = iteration(node, loop, frame);
    if (jump instanceof Promise) return iterateRest(node, loop, jump, frame);
    if (jump === 'break') return undefined;
    loop.isAnyComplete ||= jump === undefined;
  }
  return undefined;
}

async function iterateRest(
  node: ForNode,
  loop: Loop,
  waiting: Promise<Jump>,
  frame: Frame,
): Promise<undefined> {
  let jump = await waiting;
  for (;;) {
    loop.isAnyComplete ||= jump === undefined;
    if (jump === 'break' || !loop.advance()) return undefined;
    jump = await iteration(node, loop, frame);
  }
}

function iteration(node: ForNode, loop: Loop, frame: Frame): Maybe<Jump> {
  frame.it.step();
  const inner = innerFrame(node.body, frame);
  inner.scope.names.set('loop', loop);
  assign(node.target, loop.current, inner);
  return execute(node.body.nodes, inner);
}
