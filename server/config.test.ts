import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { prepareConsoleEnvironment, readConfig } from './config.ts';

it('the command line wins over the environment, and both may be silent', () => {
  expect(readConfig([], {})).toMatchObject({ port: 18266, host: undefined, logLevel: 'warn', dev: false });
  const env = {
    CLOUDMANAGER_PORT: '81',
    CLOUDMANAGER_HOST: '::1',
    CLOUDMANAGER_DATA: '/data',
    CLOUDMANAGER_LOG: 'debug',
  };
  expect(readConfig([], env)).toMatchObject({ port: 81, host: '::1', dataDir: '/data', logLevel: 'debug' });
  expect(readConfig(['--port', '0', '--host', '127.0.0.1', '--data', 'here'], env)).toMatchObject({
    port: 0,
    host: '127.0.0.1',
    dataDir: resolve('here'),
  });
});

it.each([[['--port', 'x']], [['--port', '65536']], [['--port', '-1']], [['--port=']], [['--colour']], [['extra']]])(
  '%j is refused with the usage',
  (argv) => {
    expect(() => readConfig(argv, {})).toThrow(
      expect.objectContaining({ code: 'invalid_input', hint: expect.stringContaining('Usage:') }),
    );
  },
);

it('the list of firmware can be another one, with TLS or of one’s own network', () => {
  expect(readConfig([], {}).firmwareIndex).toBeUndefined();
  const env = { CLOUDMANAGER_FIRMWARE_INDEX: 'https://mirror.example/esp8266' };
  expect(readConfig([], env).firmwareIndex).toBe('https://mirror.example/esp8266');
  expect(readConfig(['--firmware-index', 'http://127.0.0.1:8080'], env).firmwareIndex).toBe('http://127.0.0.1:8080/');
  for (const text of ['mirror', 'file:///etc/passwd', 'ftp://x/', 'https://user:secret@x/'])
    expect(() => readConfig(['--firmware-index', text], {})).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
});

it('next-auth takes the address of the request, whatever the environment said', () => {
  const env: Record<string, string> = { NEXTAUTH_URL: 'http://elsewhere' };
  prepareConsoleEnvironment(false, env);
  expect(env).toMatchObject({ AUTH_TRUST_HOST: '1', NODE_ENV: 'production' });
  expect(env).not.toHaveProperty('NEXTAUTH_URL');
});
