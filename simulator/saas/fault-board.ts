import { createRandom } from '../world/random.ts';
import type { Random } from '../world/random.ts';
import type { Fault, FaultKind } from './fault.ts';
import type { JsonObject } from './json.ts';

/** A fault that is switched on, with what it has to remember between requests. */
export interface ActiveFault {
  readonly fault: Fault;
  seen: number;
  met: number;
  /** For a page that repeats: the first one since, by stream. */
  readonly firstPage: Map<string, readonly JsonObject[]>;
}

/** Faults that strike by chance: the same seed and the same requests give the same ones. */
export interface SeededFaults {
  readonly seed: number;
  /** One request in so many meets a fault. */
  readonly oneIn: number;
  readonly kinds: readonly FaultKind[];
}

/** The faults of one API. */
export interface FaultBoard {
  /** Switches a fault on; the result switches it off. */
  readonly add: (fault: Fault) => () => void;
  readonly seeded: (faults: SeededFaults) => void;
  /** Every connection is reset until then. */
  readonly outage: (until: Date) => void;
  /** Switches everything off. */
  readonly clear: () => void;
  /** The faults that a request meets, counted as met. */
  readonly meet: (request: { readonly stream: string; readonly path: string }) => readonly ActiveFault[];
}

/** No faults yet. */
export function createFaultBoard(now: () => Date): FaultBoard {
  let active: readonly ActiveFault[] = [];
  let chance: (SeededFaults & { readonly random: Random }) | undefined;
  const add = (fault: Fault): (() => void) => {
    const added = activate(fault);
    active = [...active, added];
    return () => void (active = active.filter((each) => each !== added));
  };
  return {
    add,
    seeded: (faults) => void (chance = { ...faults, random: createRandom(faults.seed) }),
    outage: (until) => void add({ kind: 'reset', until }),
    clear: () => {
      active = [];
      chance = undefined;
    },
    meet: (request) => {
      const met = active.filter((each) => meets(each, request, now()));
      if (chance === undefined || !chance.random.chance(1 / chance.oneIn)) return met;
      return [...met, activate(chance.random.pick(chance.kinds))];
    },
  };
}

function activate(fault: Fault): ActiveFault {
  return { fault, seen: 0, met: 0, firstPage: new Map() };
}

function meets(
  each: ActiveFault,
  request: { readonly stream: string; readonly path: string },
  now: Date,
): boolean {
  const { stream, path, after = 0, times = Infinity, until } = each.fault;
  if (until !== undefined && now >= until) return false;
  if (stream !== undefined && stream !== request.stream) return false;
  if (path !== undefined && !path.test(request.path)) return false;
  each.seen += 1;
  if (each.seen <= after || each.met >= times) return false;
  each.met += 1;
  return true;
}
