/** The secrets of this hub: made at its first start, kept in files of the data folder that only its user can read. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#lib/errors.ts';
import { LOCAL_TOKEN_FILE } from '#lib/node/data-dir.ts';

export interface Secrets {
  /** Key-encryption key of the board keys; not in the database, so that a copy of the database alone opens nothing. */
  readonly keyEncryptionKey: Buffer;
  /** Of next-auth's own cookies. */
  readonly authSecret: string;
  /** Gives unknown boards the same handshake as known ones. */
  readonly serverSecret: Buffer;
  /** Lets `mbm` on this machine act without signing in. */
  readonly localToken: string;
}

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const SECRET_BYTES = 32;

const hexKey = z.string().regex(/^[0-9a-f]{64}$/);
const secretsSchema = z.object({ keyEncryptionKey: hexKey, authSecret: hexKey, serverSecret: hexKey });

/** Makes the folder and, at the first start, the secrets. Throws data_not_writable or database_broken. */
export function openSecrets(dataDir: string): Secrets {
  const secretsFile = join(dataDir, 'secrets.json');
  try {
    mkdirSync(dataDir, { recursive: true, mode: FOLDER_MODE });
    chmodSync(dataDir, FOLDER_MODE);
    if (!existsSync(secretsFile)) {
      refuseOrphan(dataDir);
      writePrivateFile(secretsFile, `${JSON.stringify(newSecrets(), null, 2)}\n`);
    }
    const stored = secretsSchema.parse(JSON.parse(readFileSync(secretsFile, 'utf8')));
    return {
      keyEncryptionKey: Buffer.from(stored.keyEncryptionKey, 'hex'),
      authSecret: stored.authSecret,
      serverSecret: Buffer.from(stored.serverSecret, 'hex'),
      localToken: openLocalToken(dataDir),
    };
  } catch (error) {
    throw asSecretsFailure(error, dataDir, secretsFile);
  }
}

/** Written beside, on disk, then renamed: a power cut leaves the old file or the new one. */
export function writePrivateFile(file: string, content: string | Uint8Array): void {
  const beside = `${file}.new`;
  const handle = openSync(beside, 'w', FILE_MODE);
  try {
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(beside, file);
}

function newSecrets() {
  const secret = () => randomBytes(SECRET_BYTES).toString('hex');
  return { keyEncryptionKey: secret(), authSecret: secret(), serverSecret: secret() };
}

function openLocalToken(dataDir: string): string {
  const file = join(dataDir, LOCAL_TOKEN_FILE);
  if (!existsSync(file)) writePrivateFile(file, `cml_${randomBytes(SECRET_BYTES).toString('base64url')}\n`);
  chmodSync(file, FILE_MODE);
  return readFileSync(file, 'utf8').trim();
}

/** New secrets beside an old database would lock every board out for good. */
function refuseOrphan(dataDir: string): void {
  if (!existsSync(join(dataDir, 'cloudmanager.sqlite'))) return;
  throw new AppError('database_broken', {
    message: `The data folder ${dataDir} has a database but no secrets.json: the keys of its boards cannot be read.`,
    hint: 'Restore secrets.json from a backup, or choose another data folder with --data.',
  });
}

function asSecretsFailure(error: unknown, dataDir: string, secretsFile: string): unknown {
  if (error instanceof z.ZodError || error instanceof SyntaxError) {
    return new AppError('database_broken', {
      message: `The file ${secretsFile} cannot be read.`,
      hint: 'Restore it from a backup.',
      cause: error,
    });
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^E(ACCES|PERM|ROFS|NOTDIR|EXIST|NOSPC)$/.test(code)) {
    return new AppError('data_not_writable', {
      message: `The data folder ${dataDir} cannot be written (${code}).`,
      cause: error,
    });
  }
  return error;
}
