import copyStreams from 'pg-copy-streams';
import { withClient } from './workload.ts';

/** What the server needs to decode the log and send it to somebody who looks at nothing. */
export interface BareDecode {
  readonly seconds: number;
  readonly bytes: number;
}

/** Messages a pull, as capture asks for them. */
const messagesPerPull = 300_000;

/** Reads a slot to its end in pulls of capture's size; nothing is decoded, kept or acknowledged on our side. */
export async function bareDecode(url: string, slot: string, publication: string): Promise<BareDecode> {
  return await withClient(url, async (client) => {
    const started = performance.now();
    let bytes = 0;
    for (let received = Infinity; received > emptyCopyBytes; bytes += received) {
      received = 0;
      const sql = `copy (select data from pg_logical_slot_get_binary_changes('${slot}', null, ${messagesPerPull},
          'proto_version', '1', 'publication_names', '"${publication}"')) to stdout (format binary)`;
      const stream = client.query(copyStreams.to(sql, { highWaterMark: 262_144 }));
      for await (const chunk of stream as AsyncIterable<Buffer>) received += chunk.length;
    }
    return { seconds: (performance.now() - started) / 1000, bytes };
  });
}

/** Header and trailer of a binary COPY that holds no row. */
const emptyCopyBytes = 21;
