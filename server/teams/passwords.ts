/** Passwords: argon2id with the parameters of the OWASP cheat sheet, stored as a PHC string so that they can be raised later. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

const MEMORY_KIB = 19 * 1024;
const PASSES = 2;
const PARALLELISM = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

const PARAMETERS: Parameters = { memory: MEMORY_KIB, passes: PASSES, parallelism: PARALLELISM };
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

function derive(password: string, salt: Uint8Array, tagLength: number, parameters: Parameters): Promise<Buffer> {
  // The same password typed on another keyboard may arrive composed differently.
  const message = password.normalize('NFKC');
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce: salt, tagLength, ...parameters }, (error, tag) =>
      error ? reject(error) : resolve(tag),
    );
  });
}

const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '');

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive(password, salt, TAG_BYTES, PARAMETERS);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${PARALLELISM}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Takes the same time for an account that does not exist (`undefined`) and answers false. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = (stored && PHC.exec(stored)) || [];
  if (!salt || !tag) {
    await derive(password, Buffer.alloc(SALT_BYTES), TAG_BYTES, PARAMETERS);
    return false;
  }
  const expected = Buffer.from(tag, 'base64');
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64'), expected.length, parameters), expected);
}
