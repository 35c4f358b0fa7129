import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose';
import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { messageOf } from '../../../lib/errors.ts';
import { semanticErrors } from '../../errors.ts';
import type { TokenRules } from './access-file.ts';
import type { Holder } from './holder.ts';

/** The holder of a token that is genuine and valid now; rejects otherwise, for whatever reason. */
export type TokenCheck = (token: string) => Promise<Holder>;

/** RFC 7518: a key of HS256 has at least as many bytes as its hash. */
const fewestSecretBytes = 32;

const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.literal('RSA') })).min(1) });
const groups = z.array(z.string()).default([]);
const values = z
  .record(z.string(), z.union([z.string().transform((text) => [text]), z.array(z.string())]))
  .default({});

/** One kind of key, and the one algorithm that goes with it: a public key must never be taken for a secret. */
interface Keys {
  readonly find: JWTVerifyGetKey;
  readonly algorithm: 'HS256' | 'RS256';
}

/** Reads the keys; their files are relative to `folder`. Throws SEMANTIC_ACCESS_INVALID. */
export async function tokenCheck(rules: TokenRules, folder: string): Promise<TokenCheck> {
  const { find, algorithm } = await keysOf(rules.keys, folder);
  return async (token) => {
    const { payload } = await jwtVerify(token, find, {
      algorithms: [algorithm],
      issuer: rules.issuer,
      audience: rules.audience,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: 5,
    });
    return {
      name: z.string().min(1).parse(payload.sub),
      groups: groups.parse(payload[rules.groups_claim]),
      values: values.parse(payload[rules.values_claim]),
    };
  };
}

async function keysOf(keys: TokenRules['keys'], folder: string): Promise<Keys> {
  if ('jwks_url' in keys) return { find: createRemoteJWKSet(new URL(keys.jwks_url)), algorithm: 'RS256' };
  if ('jwks_file' in keys) {
    const file = path.resolve(folder, keys.jwks_file);
    const set = keySet.safeParse(asJson(await read(file)));
    if (!set.success) throw invalid('it is no key set (JWKS) of RSA keys', file);
    return { find: createLocalJWKSet(set.data), algorithm: 'RS256' };
  }
  const file = path.resolve(folder, keys.secret_file);
  const secret = new TextEncoder().encode((await read(file)).trim());
  if (secret.length < fewestSecretBytes)
    throw invalid(`a secret for tokens has at least ${fewestSecretBytes} bytes`, file);
  return { find: async () => secret, algorithm: 'HS256' };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw semanticErrors.error('SEMANTIC_ACCESS_INVALID', {
      message: `it cannot be read: ${messageOf(cause)}`,
      where: file,
      cause,
    });
  });
}

function invalid(message: string, where: string): Error {
  return semanticErrors.error('SEMANTIC_ACCESS_INVALID', { message, where });
}
