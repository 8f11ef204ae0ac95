import { expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './passwords.ts';

it('a password is stored as argon2id with a salt of its own', async () => {
  const stored = await hashPassword('correct horse');
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await hashPassword('correct horse')).not.toBe(stored);
  expect(await verifyPassword('correct horse', stored)).toBe(true);
  expect(await verifyPassword('Correct horse', stored)).toBe(false);
});

it('one stored with other parameters still opens', async () => {
  const { argon2Sync } = await import('node:crypto');
  const salt = Buffer.alloc(16, 1);
  const tag = argon2Sync('argon2id', {
    message: 'old',
    nonce: salt,
    tagLength: 24,
    memory: 1024,
    passes: 1,
    parallelism: 1,
  });
  const stored = `$argon2id$v=19$m=1024,t=1,p=1$${salt.toString('base64').replaceAll('=', '')}$${tag.toString('base64').replaceAll('=', '')}`;
  expect(await verifyPassword('old', stored)).toBe(true);
});

it('typed with composed or with combining letters is the same', async () => {
  expect(await verifyPassword('cafe\u0301 au lait', await hashPassword('caf\u00e9 au lait'))).toBe(true);
});

it('an account that does not exist costs as much as one that does', async () => {
  const stored = await hashPassword('x');
  const timeOf = async (hash: string | undefined) => {
    const start = performance.now();
    expect(await verifyPassword('wrong', hash)).toBe(false);
    return performance.now() - start;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    known.push(await timeOf(stored));
    unknown.push(await timeOf(undefined));
  }
  expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 3);
});

it.each(['', 'plain', '$argon2id$v=19$m=1,t=1,p=1$x', '$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA'])(
  '%j opens for nobody',
  async (stored) => {
    expect(await verifyPassword('x', stored)).toBe(false);
  },
);
