import type { Node } from '@pgsql/types';
import { functionName, walk } from '../planner/ast.ts';
import { isMomentName } from '../planner/constants.ts';
import type { Binding } from '../engine.ts';
import type { Catalogue, Context, FunctionFacts, RowBytes } from '../postgres/catalogue.ts';
import { createBoundedMap } from './bounded-map.ts';

/** Answers of the catalogue, which stay true as long as it is the same. */
export interface CatalogueAnswers {
  readonly run: (asked: CatalogueQuestion, binding: Binding) => Promise<RowBytes>;
}

export interface CatalogueQuestion {
  readonly catalogue: Catalogue;
  readonly profileKey: string;
  readonly sharing: Sharing;
  readonly text: string;
  readonly types: readonly number[];
  readonly own: Context;
  readonly shared: Context;
}

const mostBytes = 16 * 1024 * 1024;
const mostEntries = 5_000;

/** Tools ask the same of every connection, and 150 of them at once in the morning. */
export function createCatalogueAnswers(): CatalogueAnswers {
  const kept = createBoundedMap<Promise<RowBytes>>(mostEntries, mostBytes);
  return {
    run: async ({ catalogue, profileKey, sharing: ofText, text, types, own, shared }, binding) => {
      const isMoving = binding.parameters.some((each) => isMomentName(each?.toString('utf8')));
      const sharing = isMoving ? 'none' : ofText;
      const context = sharing === 'all' ? shared : own;
      const ask = (): Promise<RowBytes> => catalogue.run(text, types, binding, context);
      if (sharing === 'none') return ask();
      const values = binding.parameters.map((each) => each?.toString('base64') ?? null);
      const { parameterFormats, resultFormats } = binding;
      const settings = [...context.settings];
      const key = JSON.stringify([
        profileKey,
        context.role,
        settings,
        text,
        types,
        values,
        parameterFormats,
        resultFormats,
      ]);
      const found = kept.get(key);
      if (found !== undefined) return found;
      const asked = ask();
      kept.set(key, asked);
      const answered = await asked.catch((error: unknown) => {
        kept.remove(key);
        throw error;
      });
      kept.set(key, asked, answered.bytes.length + key.length + 200);
      return answered;
    },
  };
}

/** Functions whose value moves with time, or with the connection. */
const moving = new Set([
  'now',
  'statement_timestamp',
  'transaction_timestamp',
  'pg_backend_pid',
  'pg_postmaster_start_time',
  'pg_conf_load_time',
  'inet_client_addr',
  'inet_client_port',
  'age',
]);
/** Names under which a catalogue tells who asks, or who may what. */
const personal = /user|role|acl|owner|priv|auth|current_setting|pg_settings/i;
/** Views of what goes on at this moment. */
const ofNow = /stat_|pg_locks/i;

/** Whether an answer is one for all who see the same, for one of them, or for this moment only. */
export type Sharing = 'all' | 'own' | 'none';

/** Looks at a statement once, however often it is asked. */
export function sharingOf(node: Node, facts: FunctionFacts): Sharing {
  const text = JSON.stringify(node);
  let moves = ofNow.test(text);
  let isPersonal = personal.test(text);
  walk(node, (each) => {
    if ('SQLValueFunction' in each) {
      const isUser = /USER|ROLE|CATALOG|SCHEMA/.test(String(each.SQLValueFunction.op));
      if (isUser) isPersonal = true;
      else moves = true;
    }
    // All columns, among them those that tell of rights.
    if ('A_Star' in each) isPersonal = true;
    if ('A_Const' in each && isMomentName(each.A_Const.sval?.sval)) moves = true;
    const name = 'FuncCall' in each ? functionName(each.FuncCall) : undefined;
    if (name !== undefined && (moving.has(name) || facts.volatile.has(name))) moves = true;
    return 'into';
  });
  if (moves) return 'none';
  return isPersonal ? 'own' : 'all';
}
