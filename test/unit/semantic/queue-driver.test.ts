import { QueuePriority } from '@cubejs-backend/base-driver';
import type { QueryKeyHash, QueueDriverConnectionInterface } from '@cubejs-backend/base-driver';
import { beforeAll, expect, it } from 'vitest';
import { loadCube } from '../../../semantic/server/cube-modules.ts';
import { memoryQueueFactory } from '../../../semantic/server/queue-driver.ts';

let queue: QueueDriverConnectionInterface;
let hashOf: (name: string) => QueryKeyHash;
beforeAll(async () => {
  const driver = memoryQueueFactory(loadCube())('queries', {
    redisQueuePrefix: 'test',
    concurrency: 1_000,
    continueWaitTimeout: 5,
    orphanedTimeout: 120,
    heartBeatTimeout: 30,
  });
  queue = await driver.createConnection();
  hashOf = (name) => driver.redisHash([name, []]);
});

/** A statement that begins. */
async function begin(name: string, id: number): Promise<void> {
  const query = { isJob: false, orphanedTimeout: 120 };
  await queue.addToQueue([name, []], 'query', query, QueuePriority.Background, {
    queueId: id,
    requestId: name,
  });
  await queue.retrieveForProcessing(hashOf(name), id);
}

/** And ends. */
function end(name: string, id: number): Promise<unknown> {
  return queue.setResultAndRemoveQuery(hashOf(name), { result: name }, id);
}

it('keeps the newest of the answers that nobody has come back for, however many there are', async () => {
  for (let id = 1; id <= 500; id += 1) {
    await begin(`q${id}`, id);
    await end(`q${id}`, id);
  }
  const taken = async (name: string): Promise<unknown> => queue.getResultBlocking(hashOf(name), 0);
  const left = await Promise.all(Array.from({ length: 500 }, (_, index) => taken(`q${index + 1}`)));
  const kept = left.flatMap((each, index) => (each === null ? [] : [index + 1]));
  expect(kept).toEqual(Array.from({ length: 16 }, (_, index) => 485 + index));
  expect(left.at(-1)).toEqual({ result: 'q500' });
});

it('gives everybody who waits their answer, however many others come meanwhile', async () => {
  await begin('slow', 1);
  const waiting = [1, 2].map(() => queue.getResultBlocking(hashOf('slow'), 1));
  await end('slow', 1);
  for (let id = 2; id <= 50; id += 1) {
    await begin(`other${id}`, id);
    await end(`other${id}`, id);
  }
  expect(await Promise.all(waiting)).toEqual([{ result: 'slow' }, { result: 'slow' }]);
});
