import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder, writeDurably } from '../../lib/durable-file.ts';
import { messageOf } from '../../lib/errors.ts';
import { privacyErrors } from './errors.ts';
import { SecretBytes } from './secret-bytes.ts';

/** A key and the name it goes by; the name is no secret and becomes part of tokens. */
export interface NamedKey {
  readonly kid: string;
  readonly key: SecretBytes;
}

/** Where keys come from: the active one first, then those that are being retired. */
export interface KeyProvider {
  /** For messages: a variable's or a file's name. */
  readonly origin: string;
  readonly tokenKeys: () => Promise<readonly [NamedKey, ...NamedKey[]]>;
}

const tokenKeysVariable = 'SHOPWAVE_TOKEN_KEYS';
const keyBytes = 32;

/** Keys from a store of secrets, such as the environment or AWS Secrets Manager, as `kid:base64,kid:base64`. */
export function storedKeys(
  read: (name: string) => Promise<string | undefined>,
  name: string = tokenKeysVariable,
): KeyProvider {
  return { origin: name, tokenKeys: async () => parseKeys((await read(name)) ?? '', name) };
}

/** Keys from a file that only its owner can read; made with one new key when there is none. */
export function fileKeys(file: string): KeyProvider {
  return {
    origin: file,
    tokenKeys: async () => {
      const text = (await readSecret(file)) ?? (await makeSecret(file));
      return parseKeys(text, file);
    },
  };
}

/** The environment if it has keys, else the file. */
export function defaultKeys(
  environment: Readonly<Record<string, string | undefined>>,
  file: string,
): KeyProvider {
  const text = environment[tokenKeysVariable];
  return text === undefined ? fileKeys(file) : storedKeys(() => Promise.resolve(text));
}

/** `kid:base64` pairs divided by commas or line ends. Nothing of the text is ever repeated in an error. */
export function parseKeys(text: string, origin: string): [NamedKey, ...NamedKey[]] {
  const [first, ...rest] = text
    .split(/[\s,]+/)
    .filter((each) => each !== '')
    .map((each, index) => parseKey(each, index + 1, origin));
  if (first === undefined) throw invalid('there is no key', origin);
  const kids = new Set([first, ...rest].map((each) => each.kid));
  if (kids.size <= rest.length) throw invalid('two keys have the same id', origin);
  return [first, ...rest];
}

function parseKey(text: string, place: number, origin: string): NamedKey {
  const match = /^([a-z0-9]{1,16}):([A-Za-z0-9+/]+={0,2})$/.exec(text);
  if (match === null) throw invalid(`key ${place} is not written as id:base64`, origin);
  const bytes = Buffer.from(match[2] ?? '', 'base64');
  if (bytes.length < keyBytes)
    throw invalid(`key ${place} has ${bytes.length} bytes, at least ${keyBytes} are needed`, origin);
  return { kid: match[1] ?? '', key: new SecretBytes(bytes) };
}

async function readSecret(file: string): Promise<string | undefined> {
  const mode = await stat(file).then(
    (found) => found.mode,
    (error: unknown) => {
      if (isCode(error, 'ENOENT')) return undefined;
      throw unreadable(file, error);
    },
  );
  if (mode === undefined) return undefined;
  if ((mode & 0o077) !== 0) {
    throw privacyErrors.error('PRIVACY_KEYS_EXPOSED', {
      message: `others than its owner can read it (mode ${(mode & 0o777).toString(8)})`,
      where: file,
    });
  }
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(file, error);
  });
}

/** Whole or not at all, and the first of several makers wins: a key that was used once must never be replaced. */
async function makeSecret(file: string): Promise<string> {
  const text = `k1:${randomBytes(keyBytes).toString('base64')}\n`;
  const own = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeDurably(own, text, 'wx', 0o600);
    await link(own, file);
    await syncFolder(path.dirname(file));
    return text;
  } catch (error) {
    const made = isCode(error, 'EEXIST') ? await readSecret(file) : undefined;
    if (made !== undefined) return made;
    throw unreadable(file, error);
  } finally {
    await rm(own, { force: true });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function invalid(message: string, where: string): Error {
  return privacyErrors.error('PRIVACY_KEYS_INVALID', { message, where });
}

function unreadable(where: string, cause: unknown): Error {
  return privacyErrors.error('PRIVACY_KEYS_UNREADABLE', { message: messageOf(cause), where, cause });
}
