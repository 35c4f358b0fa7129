import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the double does to the next request of an operation, instead of or after carrying it out. */
export type Fault =
  /** Refuses with S3's code and status. */
  | { readonly on: Operation; readonly code: string; readonly status: number }
  /** Carries it out and never answers. */
  | { readonly on: Operation; readonly silent: true }
  /** Cuts the connection after some bytes: of the body that comes, or of the one that goes. */
  | { readonly on: Operation; readonly reset: true }
  /** Answers with one byte of the object changed. */
  | { readonly on: Operation; readonly flip: true };

type Operation = (typeof operations)[number]['name'];

export interface StoredObject {
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly kept: Readonly<Record<string, string>>;
}

export interface S3Double {
  readonly url: string;
  readonly bucket: string;
  readonly objects: Map<string, StoredObject>;
  /** Multipart uploads that are neither completed nor aborted. */
  readonly uploads: ReadonlyMap<string, unknown>;
  /** Requests that it did not know; a test that leaves one here is wrong, or the store is. */
  readonly refused: string[];
  /** Operations carried out or failed, in order. */
  readonly log: Operation[];
  readonly inject: (fault: Fault, times?: number) => void;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

interface Upload {
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly kept: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly body: Buffer; readonly sha256: string }>;
}

interface Request {
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** All that it knows: method, whether a key is named, and the query parameters, which must be exactly these. */
const operations = [
  { name: 'HeadBucket', method: 'HEAD', keyed: false, query: [], optional: [] },
  {
    name: 'ListObjectsV2',
    method: 'GET',
    keyed: false,
    query: ['list-type', 'prefix'],
    optional: ['continuation-token'],
  },
  { name: 'PutObject', method: 'PUT', keyed: true, query: [], optional: [] },
  { name: 'GetObject', method: 'GET', keyed: true, query: [], optional: [] },
  { name: 'HeadObject', method: 'HEAD', keyed: true, query: [], optional: [] },
  { name: 'DeleteObject', method: 'DELETE', keyed: true, query: [], optional: [] },
  { name: 'CreateMultipartUpload', method: 'POST', keyed: true, query: ['uploads'], optional: [] },
  { name: 'UploadPart', method: 'PUT', keyed: true, query: ['partNumber', 'uploadId'], optional: [] },
  { name: 'CompleteMultipartUpload', method: 'POST', keyed: true, query: ['uploadId'], optional: [] },
  { name: 'AbortMultipartUpload', method: 'DELETE', keyed: true, query: ['uploadId'], optional: [] },
] as const;

/** Headers that change what a request means; one that is not here is refused. */
const knownHeaders = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-user-agent',
  'x-amz-security-token',
  'x-amz-checksum-sha256',
  'x-amz-checksum-algorithm',
  'x-amz-checksum-mode',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-storage-class',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
]);

const minimumPart = 5 * 1_048_576;
const pageSize = 1000;

/** As much of S3 as the archive uses, in this process: strict in what it takes, and failing on demand. */
export async function startS3Double(bucket = 'archive'): Promise<S3Double> {
  const objects = new Map<string, StoredObject>();
  const uploads = new Map<string, Upload>();
  const refused: string[] = [];
  const log: Operation[] = [];
  const faults: Fault[] = [];
  const handlers = handlersOf(objects, uploads);
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', 'http://double');
    const [name = '', ...rest] = decodeURIComponent(url.pathname).slice(1).split('/');
    const operation = operationOf(incoming, rest.join('/'), url.searchParams);
    const strange = operation === undefined ? 'operation' : strangeIn(incoming);
    if (operation === undefined || strange !== undefined) {
      refused.push(`${incoming.method} ${incoming.url}: ${strange}`);
      return send(response, errorAnswer(501, 'NotImplemented'));
    }
    log.push(operation);
    if (name !== bucket) return send(response, errorAnswer(404, 'NoSuchBucket'));
    const at = faults.findIndex((each) => each.on === operation);
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0];
    if (fault !== undefined && 'reset' in fault && incoming.method !== 'GET') {
      incoming.once('data', () => incoming.socket.destroy());
      return;
    }
    const body = await readAll(incoming);
    const digest = incoming.headers['x-amz-content-sha256'];
    if (digest !== sha256Of(body, 'hex'))
      return send(response, errorAnswer(400, 'XAmzContentSHA256Mismatch'));
    if (fault !== undefined && 'code' in fault) return send(response, errorAnswer(fault.status, fault.code));
    const request = { key: rest.join('/'), query: url.searchParams, headers: incoming.headers, body };
    const answer = handlers[operation](request);
    if (fault === undefined) return send(response, answer);
    if ('reset' in fault) {
      response.writeHead(answer.status, answer.headers);
      response.write(Buffer.from(answer.body ?? '').subarray(0, 1000), () => incoming.socket.destroy());
    } else if ('flip' in fault) {
      const bytes = Buffer.from(answer.body ?? '');
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      send(response, { ...answer, body: bytes });
    }
  };
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket,
    objects,
    uploads,
    refused,
    log,
    inject: (fault, times = 1) => {
      for (let count = 0; count < times; count += 1) faults.push(fault);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function handlersOf(
  objects: Map<string, StoredObject>,
  uploads: Map<string, Upload>,
): Readonly<Record<Operation, (request: Request) => Answer>> {
  return {
    HeadBucket: () => ({ status: 200 }),
    ListObjectsV2: ({ query }) => listAnswer([...objects.keys()], query),
    PutObject: ({ key, headers, body }) => {
      if (isRefused(headers, objects.has(key))) return errorAnswer(412, 'PreconditionFailed');
      if (headers['x-amz-checksum-sha256'] !== sha256Of(body, 'base64')) return errorAnswer(400, 'BadDigest');
      objects.set(key, { body, ...descriptionIn(headers) });
      return { status: 200, headers: { etag: `"${md5Of(body)}"` } };
    },
    GetObject: ({ key }) => found(objects.get(key), true),
    HeadObject: ({ key }) => found(objects.get(key), false),
    DeleteObject: ({ key }) => {
      objects.delete(key);
      return { status: 204 };
    },
    CreateMultipartUpload: ({ key, headers }) => {
      const id = randomUUID();
      uploads.set(id, { key, ...descriptionIn(headers), parts: new Map() });
      return xml(
        `<InitiateMultipartUploadResult><Key>${key}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    },
    UploadPart: ({ query, headers, body }) => {
      const upload = uploads.get(query.get('uploadId') ?? '');
      const sha256 = sha256Of(body, 'base64');
      if (upload === undefined) return errorAnswer(404, 'NoSuchUpload');
      if (headers['x-amz-checksum-sha256'] !== sha256) return errorAnswer(400, 'BadDigest');
      upload.parts.set(Number(query.get('partNumber')), { body, sha256 });
      return { status: 200, headers: { etag: `"${md5Of(body)}"`, 'x-amz-checksum-sha256': sha256 } };
    },
    CompleteMultipartUpload: (request) => complete(objects, uploads, request),
    AbortMultipartUpload: ({ query }) =>
      uploads.delete(query.get('uploadId') ?? '') ? { status: 204 } : errorAnswer(404, 'NoSuchUpload'),
  };
}

function complete(
  objects: Map<string, StoredObject>,
  uploads: Map<string, Upload>,
  { key, query, headers, body }: Request,
): Answer {
  const id = query.get('uploadId') ?? '';
  const upload = uploads.get(id);
  if (upload === undefined || upload.key !== key) return errorAnswer(404, 'NoSuchUpload');
  if (isRefused(headers, objects.has(key))) return errorAnswer(412, 'PreconditionFailed');
  const named = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    etag: /<ETag>(?:&quot;|")(.*?)(?:&quot;|")</.exec(part)?.[1],
    sha256: /<ChecksumSHA256>(.*?)</.exec(part)?.[1],
  }));
  const parts = named.map(({ number, etag, sha256 }, index) => {
    const part = upload.parts.get(number);
    const isRight = number === index + 1 && part?.sha256 === sha256 && md5Of(part?.body ?? '') === etag;
    return isRight ? part?.body : undefined;
  });
  if (parts.length === 0 || parts.includes(undefined)) return errorAnswer(400, 'InvalidPart');
  const bodies = parts.filter((part) => part !== undefined);
  if (bodies.slice(0, -1).some((part) => part.length < minimumPart))
    return errorAnswer(400, 'EntityTooSmall');
  uploads.delete(id);
  objects.set(key, { body: Buffer.concat(bodies), metadata: upload.metadata, kept: upload.kept });
  return xml(`<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>`);
}

function operationOf(
  { method }: IncomingMessage,
  key: string,
  query: URLSearchParams,
): Operation | undefined {
  // The SDK names the operation once more; S3 takes no notice of it.
  const named = [...query.keys()].filter((name) => name !== 'x-id');
  return operations.find(
    (each) =>
      each.method === method &&
      each.keyed === (key !== '') &&
      each.query.every((name) => named.includes(name)) &&
      named.every((name) => [...each.query, ...each.optional].some((known) => known === name)),
  )?.name;
}

function strangeIn({ headers }: IncomingMessage): string | undefined {
  if (!/^AWS4-HMAC-SHA256 Credential=.+SignedHeaders=.+Signature=/.test(headers.authorization ?? ''))
    return 'no signature';
  return Object.keys(headers).find(
    (name) => name.startsWith('x-amz-') && !name.startsWith('x-amz-meta-') && !knownHeaders.has(name),
  );
}

function isRefused(headers: IncomingMessage['headers'], isThere: boolean): boolean {
  return headers['if-none-match'] === '*' && isThere;
}

function descriptionIn(headers: IncomingMessage['headers']): Omit<StoredObject, 'body'> {
  const all = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  const metadata = all.filter(([name]) => name.startsWith('x-amz-meta-'));
  const kept = all.filter(([name]) => /^x-amz-(storage-class|object-lock)/.test(name));
  return { metadata: Object.fromEntries(metadata), kept: Object.fromEntries(kept) };
}

function found(object: StoredObject | undefined, isWhole: boolean): Answer {
  if (object === undefined) return isWhole ? errorAnswer(404, 'NoSuchKey') : { status: 404 };
  const headers = {
    ...object.metadata,
    'content-length': String(object.body.length),
    'x-amz-checksum-sha256': sha256Of(object.body, 'base64'),
    'x-amz-checksum-type': 'FULL_OBJECT',
  };
  return { status: 200, headers, ...(isWhole ? { body: object.body } : {}) };
}

function listAnswer(all: readonly string[], query: URLSearchParams): Answer {
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
  const prefix = query.get('prefix') ?? '';
  const keys = all.filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, pageSize);
  const next = Buffer.from(page.at(-1) ?? '').toString('base64');
  const more = keys.length > page.length;
  return xml(
    `<ListBucketResult>${page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}
     <IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${next}</NextContinuationToken>` : ''}
     </ListBucketResult>`,
  );
}

function xml(body: string): Answer {
  return {
    status: 200,
    body: `<?xml version="1.0"?>${body}`,
    headers: { 'content-type': 'application/xml' },
  };
}

function errorAnswer(status: number, code: string): Answer {
  return { ...xml(`<Error><Code>${code}</Code><Message>${code} of the double</Message></Error>`), status };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, headers);
  response.end(body);
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function sha256Of(body: Buffer, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(body).digest(encoding);
}

function md5Of(body: Buffer | string): string {
  return createHash('md5').update(body).digest('hex');
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}
