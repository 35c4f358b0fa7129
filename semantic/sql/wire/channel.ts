import type { Socket } from 'node:net';
import { FatalError } from './fatal-error.ts';
import { FrameReader } from './frame-reader.ts';
import type { Frame } from './frame-reader.ts';

/** Where answers go. */
export interface Outbox {
  /** Puts a message behind those that wait to be sent. */
  readonly send: (message: Buffer) => void;
  /** Sends what waits, and resolves once the client has taken so much that more may be made. Rejects when it is gone. */
  readonly drained: () => Promise<void>;
}

/** So much unread input stops the reading: who does not wait for answers gets no more memory. */
const mostUnreadBytes = 256 * 1024;
/** So much is put together before it is sent without being asked to. */
const fullBytes = 32 * 1024;
/** Messages below this are copied into one; larger ones are sent as they are. */
const copiedBytes = 16 * 1024;

/** A client that is gone; nobody is told. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** One client's bytes, as messages in both directions. */
export class Channel implements Outbox {
  private socket: Socket;
  private readonly stallMs: number;
  private readonly frames = new FrameReader();
  private readonly leaving = new AbortController();
  private waiting: (() => void) | undefined;
  private parts: Buffer[] = [];
  private waitingBytes = 0;
  private isPaused = false;
  private isStopped = false;

  /** A client that takes nothing for `stallMs` is gone. */
  constructor(socket: Socket, stallMs: number) {
    this.socket = socket;
    this.stallMs = stallMs;
    this.listen();
  }

  /** Aborts when the client is gone, with what it went by as the reason. */
  get gone(): AbortSignal {
    return this.leaving.signal;
  }

  enter(stage: 'startup' | 'authentication' | 'started'): void {
    this.frames.enter(stage);
  }

  /** Bytes that came and were not looked at. */
  get unread(): number {
    return this.frames.held;
  }

  /** Whether the client takes less than it is sent. */
  get isCongested(): boolean {
    return this.socket.writableNeedDrain;
  }

  /** The next message if it has arrived. Throws FatalError for what can be none. */
  next(): Frame | undefined {
    return this.frames.next();
  }

  /** The next message; undefined when the client is gone. What waits to be sent is sent first. */
  async read(): Promise<Frame | undefined> {
    for (;;) {
      if (this.gone.aborted || this.isStopped) return undefined;
      const frame = this.frames.next();
      if (frame !== undefined) return frame;
      this.flush();
      await this.arrival();
    }
  }

  private arrival(): Promise<void> {
    if (this.isPaused) this.resume();
    return new Promise<void>((resolve) => {
      this.waiting = resolve;
    });
  }

  send(message: Buffer): void {
    this.parts.push(message);
    this.waitingBytes += message.length;
    if (this.waitingBytes >= fullBytes) this.flush();
  }

  flush(): void {
    const { parts, socket } = this;
    const [first] = parts;
    if (first === undefined) return;
    this.parts = [];
    this.waitingBytes = 0;
    if (this.gone.aborted) return;
    if (parts.length === 1) return void socket.write(first);
    socket.cork();
    for (const part of joined(parts)) socket.write(part);
    socket.uncork();
  }

  async drained(): Promise<void> {
    this.flush();
    if (this.gone.aborted) throw new ClientGone('the client is gone');
    if (!this.socket.writableNeedDrain) return;
    const { socket } = this;
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        socket.off('drain', onDrain);
        this.gone.removeEventListener('abort', onGone);
      };
      const onDrain = (): void => (end(), resolve());
      const onGone = (): void => (end(), reject(new ClientGone('the client is gone')));
      const timer = setTimeout(() => this.leave('it took nothing of what was sent'), this.stallMs);
      socket.on('drain', onDrain);
      this.gone.addEventListener('abort', onGone);
    });
  }

  /** The first byte of the next message, once there is one; undefined when the client is gone. */
  async peek(): Promise<number | undefined> {
    while (this.frames.first === undefined && !this.gone.aborted && !this.isStopped) await this.arrival();
    return this.frames.first;
  }

  /** The same client over another socket, which begins with what was not looked at yet. */
  replace(make: (socket: Socket) => Socket): void {
    const { socket } = this;
    for (const event of ['data', 'end']) socket.removeAllListeners(event);
    socket.pause();
    const unread = this.frames.takeAll();
    if (unread.length > 0) socket.unshift(unread);
    this.socket = make(socket);
    this.listen();
  }

  /** Sends what waits and closes; resolves when that is done, after a moment in any case. */
  end(): Promise<void> {
    this.flush();
    const { socket } = this;
    if (socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      // A client that does not read must not keep its connection.
      const timer = setTimeout(() => socket.destroy(), Math.min(this.stallMs, lastWordsMs));
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.end();
      socket.resume();
    });
  }

  /** Whoever waits for the next message gets none any more. */
  stop(): void {
    this.isStopped = true;
    this.wake();
  }

  private leave(reason: string): void {
    if (!this.gone.aborted) this.leaving.abort(new FatalError({ code: '08006', message: reason }));
    this.socket.destroy();
    this.wake();
  }

  private listen(): void {
    const { socket } = this;
    socket.on('data', (chunk: Buffer) => {
      this.frames.push(chunk);
      if (this.waiting !== undefined) return this.wake();
      if (this.frames.held < mostUnreadBytes) return;
      this.isPaused = true;
      socket.pause();
    });
    socket.on('end', () => this.leave('the client has closed the connection'));
    socket.on('error', (error) => this.leave(error.message));
    socket.on('close', () => this.leave('the connection is lost'));
  }

  private resume(): void {
    this.isPaused = false;
    this.socket.resume();
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.();
  }
}

const lastWordsMs = 2000;

/** Small neighbours as one, so that an answer is one packet; large ones as they are, so that nothing large is copied. */
function joined(parts: readonly Buffer[]): Buffer[] {
  const all: Buffer[] = [];
  let small: Buffer[] = [];
  const close = (): void => {
    if (small.length > 0) all.push(small.length === 1 && small[0] ? small[0] : Buffer.concat(small));
    small = [];
  };
  for (const part of parts) {
    if (part.length < copiedBytes) small.push(part);
    else {
      close();
      all.push(part);
    }
  }
  close();
  return all;
}
