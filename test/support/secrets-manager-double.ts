import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** What the double does to the next question for a secret instead of answering it. */
export type SecretsFault =
  /** Refuses with the service's name and status. */
  | { readonly code: string; readonly status: number }
  /** Answers only after a while. */
  | { readonly slowMs: number }
  /** Answers with something that is not JSON. */
  | { readonly garbage: string };

export interface SecretsManagerDouble {
  readonly url: string;
  /** Names that were asked for, in order, faults included. */
  readonly asked: string[];
  /** Requests that it did not know; a test that leaves one here is wrong, or the backend is. */
  readonly refused: string[];
  readonly inject: (fault: SecretsFault, times?: number) => void;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

interface Stored {
  readonly text?: string | undefined;
  readonly binary?: string | undefined;
  readonly isDeleted: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const named = z.strictObject({ SecretId: z.string() });
const created = z.strictObject({
  Name: z.string(),
  ClientRequestToken: z.string(),
  SecretString: z.string().optional(),
  SecretBinary: z.string().optional(),
});

/** All that it knows of the service, by the operation that `X-Amz-Target` names. */
const operations: Readonly<Record<string, (secrets: Map<string, Stored>, body: unknown) => Answer>> = {
  'secretsmanager.CreateSecret': (secrets, body) => {
    const { Name, SecretString: text, SecretBinary: binary } = created.parse(body);
    secrets.set(Name, { text, binary, isDeleted: false });
    return { status: 200, body: { Name } };
  },
  'secretsmanager.DeleteSecret': (secrets, body) => {
    const { SecretId } = named.parse(body);
    secrets.set(SecretId, { ...secrets.get(SecretId), isDeleted: true });
    return { status: 200, body: { Name: SecretId } };
  },
  'secretsmanager.GetSecretValue': (secrets, body) => {
    const { SecretId } = named.parse(body);
    const secret = secrets.get(SecretId);
    if (secret === undefined) return refusal('ResourceNotFoundException', 400);
    if (secret.isDeleted) return refusal('InvalidRequestException', 400);
    return {
      status: 200,
      body: { Name: SecretId, SecretString: secret.text, SecretBinary: secret.binary, CreatedDate: 1.77e9 },
    };
  },
};

/** AWS Secrets Manager's JSON protocol on a free port of this machine, as far as the backend goes. */
export async function startSecretsManagerDouble(): Promise<SecretsManagerDouble> {
  const secrets = new Map<string, Stored>();
  const faults: SecretsFault[] = [];
  const asked: string[] = [];
  const refused: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = String(request.headers['x-amz-target']);
    const body: unknown = JSON.parse(await textOf(request));
    const operation = operations[target];
    if (operation === undefined || !isSigned(request)) {
      refused.push(`${request.method} ${target}`);
      return send(response, refusal('UnknownOperationException', 404));
    }
    const isQuestion = target.endsWith('.GetSecretValue');
    if (isQuestion) asked.push(named.parse(body).SecretId);
    const fault = isQuestion ? faults.shift() : undefined;
    if (fault === undefined) return send(response, operation(secrets, body));
    if ('garbage' in fault) return void response.writeHead(200, jsonHeaders).end(fault.garbage);
    if ('code' in fault) return send(response, refusal(fault.code, fault.status));
    await sleep(fault.slowMs);
    send(response, operation(secrets, body));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      refused.push(String(error));
      send(response, refusal('InternalServiceError', 500));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    refused,
    inject: (fault, times = 1) => void faults.push(...Array.from({ length: times }, () => fault)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function isSigned({ method, headers }: IncomingMessage): boolean {
  const { authorization = '', 'content-type': type } = headers;
  const isOurs = /^AWS4-HMAC-SHA256 Credential=.+\/secretsmanager\/aws4_request/.test(authorization);
  return method === 'POST' && type === 'application/x-amz-json-1.1' && isOurs;
}

const jsonHeaders = { 'content-type': 'application/x-amz-json-1.1' };

function refusal(name: string, status: number): Answer {
  return { status, body: { __type: name, Message: `${name} of the double` } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, jsonHeaders).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
