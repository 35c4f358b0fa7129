import fc from 'fast-check';
import { it } from 'vitest';
import {
  bindMessage,
  closeMessage,
  describeMessage,
  executeMessage,
  parseMessage,
  syncMessage,
} from '../../support/raw-wire.ts';
import { conversations, expectSame, openPeers } from './postgres-peers.ts';

const both = 'select $1::int as a, $2::text as b';
const pipelines: readonly (readonly Buffer[])[] = [
  [parseMessage('', 'select 1'), bindMessage('', ''), describeMessage('P', ''), executeMessage('')],
  [parseMessage('', ''), bindMessage('', ''), describeMessage('P', ''), executeMessage('')],
  [parseMessage('', 'select 1; select 2')],
  [parseMessage('', 'select nope'), bindMessage('', ''), executeMessage(''), parseMessage('', 'select 1')],
  [parseMessage('s', both, [23, 25]), describeMessage('S', 's')],
  [parseMessage('s', both, [23, 25])],
  [bindMessage('', 's', ['1', null]), executeMessage('')],
  [
    bindMessage('', 's', [Buffer.from([0, 0, 0, 7]), 'x'], { parameters: [1, 0], results: [1, 0] }),
    describeMessage('P', ''),
    executeMessage(''),
  ],
  [bindMessage('', 's', ['1'])],
  [bindMessage('', 's', ['1', 'x'], { results: [0, 0, 0] })],
  [bindMessage('', 'unknown')],
  [executeMessage('unknown')],
  [describeMessage('S', 'unknown')],
  [describeMessage('P', 'unknown')],
  [closeMessage('S', 's'), closeMessage('S', 'unknown'), closeMessage('P', 'unknown')],
  [bindMessage('', 's', ['1', 'x'])],
  [
    parseMessage('n', 'select i from numbers(5)'),
    bindMessage('p', 'n'),
    executeMessage('p', 2),
    executeMessage('p', 2),
    executeMessage('p', 2),
    executeMessage('p', 2),
  ],
  [executeMessage('p', 1)],
  [bindMessage('p', 'n'), bindMessage('p', 'n')],
  [bindMessage('p', 'n'), executeMessage('p', 5), executeMessage('p', 5), executeMessage('p')],
  [bindMessage('', 'n', [], { results: [1] }), describeMessage('P', ''), executeMessage('')],
  [parseMessage('', 'begin'), bindMessage('', ''), executeMessage('')],
  [bindMessage('q', 'n'), executeMessage('q', 2)],
  [executeMessage('q', 2)],
  [parseMessage('', 'select nope')],
  [executeMessage('q', 2)],
  [parseMessage('', 'select 1')],
  [bindMessage('', 'n')],
  [parseMessage('', 'rollback'), bindMessage('', ''), executeMessage(''), executeMessage('q')],
  [parseMessage('', 'begin'), bindMessage('', ''), executeMessage('')],
  [
    parseMessage('', 'declare c cursor for select i from numbers(5)'),
    bindMessage('', ''),
    executeMessage(''),
    describeMessage('P', 'c'),
  ],
  [parseMessage('', 'rollback'), bindMessage('', ''), executeMessage('')],
  [
    parseMessage(
      '',
      "select current_setting('application_name') a, set_config('application_name', $1, false) b",
    ),
    describeMessage('S', ''),
    bindMessage('', '', ['told']),
    executeMessage(''),
  ],
  [
    parseMessage('', 'show application_name'),
    describeMessage('S', ''),
    bindMessage('', ''),
    executeMessage(''),
  ],
  [
    parseMessage('', "set application_name = 'e'"),
    bindMessage('', ''),
    describeMessage('P', ''),
    executeMessage(''),
    executeMessage(''),
  ],
  [
    parseMessage('', 'copy (select i, t from odd) to stdout'),
    bindMessage('', ''),
    describeMessage('P', ''),
    executeMessage(''),
  ],
  [
    parseMessage('', 'begin'),
    bindMessage('', ''),
    executeMessage(''),
    parseMessage('', 'declare c cursor for select i from numbers(3)'),
    bindMessage('', ''),
    executeMessage(''),
    parseMessage('', 'fetch 2 from c'),
    bindMessage('', '', [], { results: [1] }),
    describeMessage('P', ''),
    executeMessage(''),
  ],
  [parseMessage('', 'commit'), bindMessage('', ''), executeMessage('')],
  [],
];

it('pipelines of the extended protocol are answered as by PostgreSQL', async () => {
  const peers = await (await openPeers())();
  for (const [index, pipeline] of pipelines.entries()) {
    try {
      await expectSame(peers, [...pipeline, syncMessage]);
    } catch (error) {
      throw new Error(`pipeline ${index}: ${String(error)}`, { cause: error });
    }
  }
});

const statementName = fc.constantFrom('', 's', 't');
const portalName = fc.constantFrom('', 'p', 'q');
const prepared = fc.constantFrom(
  'select 1',
  'select i from numbers(4)',
  both,
  'select nope',
  '',
  'select 1; select 2',
  'begin',
  'commit',
  'rollback',
  'savepoint a',
  'rollback to a',
  "set application_name = 'x'",
  'show application_name',
  'declare c scroll cursor for select i from numbers(4)',
  'fetch 2 from c',
  'fetch backward all from c',
  'copy (select i from numbers(2)) to stdout',
);
const extendedMessage = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(statementName, prepared).map(([name, text]) => parseMessage(name, text)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        portalName,
        statementName,
        fc.constantFrom([], [], ['1', null]),
        fc.constantFrom([], [1], [0, 1]),
      )
      .map(([portal, name, values, results]) => bindMessage(portal, name, values, { results })),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(portalName, fc.constantFrom(0, 0, 1, 3))
      .map(([name, most]) => executeMessage(name, most)),
  },
  { weight: 1, arbitrary: statementName.map((name) => describeMessage('S', name)) },
  { weight: 1, arbitrary: portalName.map((name) => describeMessage('P', name)) },
  { weight: 1, arbitrary: statementName.map((name) => closeMessage('S', name)) },
  { weight: 1, arbitrary: portalName.map((name) => closeMessage('P', name)) },
);
const pipelined = fc.array(fc.array(extendedMessage, { minLength: 1, maxLength: 6 }), {
  minLength: 4,
  maxLength: 10,
});

it('whatever is pipelined is answered as by PostgreSQL', async () => {
  const open = await openPeers();
  await fc.assert(
    fc.asyncProperty(pipelined, async (batches) => {
      const peers = await open();
      try {
        for (const batch of batches) await expectSame(peers, [...batch, syncMessage]);
      } finally {
        peers.ours.socket.destroy();
        peers.theirs.socket.destroy();
      }
    }),
    { numRuns: conversations },
  );
});
