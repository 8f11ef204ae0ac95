import { describe, expect, test } from 'vitest';
import { checkDevice, readPython } from './check-device.mjs';

const errorsIn = (text, path = 'device/client/cm_x.py') => checkDevice([{ path, text }]).errors;

describe('what ESP8266 firmware lacks is refused', () => {
  test.each([
    ["a, b, c = s.partition(':')", 'partition'],
    ['lines = text.splitlines()', 'splitlines'],
    ['code = compile(s, "x", "exec")', 'compile'],
    ["execfile('/app/main.py')", 'execfile'],
    ['n = pow(2, 10, 7)', 'pow'],
    ['return_value = NotImplemented', 'NotImplemented'],
    ['z = complex(1, 2)', 'complex'],
    ['z = 3j', 'complex'],
    ['z = 1.5e3J', 'complex'],
    ['print(__file__)', '__file__'],
    ['c = binascii.crc32(b)', 'crc32'],
    ['from binascii import hexlify, crc32', 'crc32'],
    ['n = random.randint(1, 6)', 'randint'],
    ['import random\nx = random.random()', 'random.random'],
    ['x = math.inf', 'math.inf'],
    ["sys.ps1 = '> '", 'ps1'],
    ['s.recv_into(buf)', 'recv_into'],
    ['s.setsockopt(6, socket.TCP_NODELAY, 1)', 'TCP_NODELAY'],
    ['h = hashlib.md5()', 'md5'],
    ['import asyncio', 'asyncio'],
    ['import os, _thread', '_thread'],
    ['from vfs import VfsLfs2', 'vfs'],
    ['import usocket as socket', 'usocket|socket'],
    ['class A:\n    def __setattr__(self, k, v):\n        pass', '__setattr__'],
    ['def __getattr__(name):\n    return 1', '__getattr__'],
  ])('%s', (text, named) => {
    const errors = errorsIn(text);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(new RegExp(named));
  });
});

describe('what costs heap or hides a failure is refused', () => {
  test.each([
    ['try:\n    x()\nexcept:\n    pass', ':3: name the exceptions'],
    ['def f():\n    """What it does."""\n    return 1', ':2: a docstring'],
    ["'''A module.'''\nx = 1", ':1: a docstring'],
    ['PORT = 80', ':1: PORT'],
    ['SIZE = const(80)', ':1: SIZE'],
    ['size = const(80)', ':1: size'],
    ['_A, _B = const(1), const(2)', ':1: const() takes heap in a tuple'],
  ])('%s', (text, finding) => {
    const errors = errorsIn(text);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(finding);
  });

  test('a file of more than 200 lines', () => {
    expect(errorsIn('#\n'.repeat(200))).toEqual([]);
    expect(errorsIn('#\n'.repeat(201))[0]).toContain('201 lines');
  });

  test('a client of too many lines of code, comments left out', () => {
    const tree = (line) =>
      Array.from({ length: 9 }, (_, i) => ({ path: `device/client/cm_${i}.py`, text: line.repeat(180) }));
    expect(checkDevice(tree('x = 1\n')).errors[0]).toContain('1620 lines of code');
    expect(checkDevice(tree('# why\n')).errors).toEqual([]);
  });

  test('a long boot.py and main.py', () => {
    const tree = ['boot', 'main'].map((name) => ({ path: `device/client/${name}.py`, text: 'x = 1\n'.repeat(40) }));
    expect(checkDevice(tree).errors[0]).toContain('80 lines');
  });
});

describe('what boards can do passes', () => {
  test.each([
    ['# never use partition() or compile()\nx = 1'],
    ["text = 'partition compile 3j except:'"],
    ["x = b'\\'compile' + r\"\\\"\n"],
    ["s = '''\nexcept:\nexecfile\n'''"],
    ['n = pow(2, f(1, 2, 3))'],
    ['n = pow(2, (1, 2, 3),)'],
    ['_PORT = const(80)\n_LIMITS = (1, 2)'],
    ['compile_all(self.compile)'],
    ['f(\n    "not a docstring",\n)'],
    ["x = {\n    'a': 1,\n    'b': 0x1f,\n}"],
    ['class A:\n    def __getattr__(self, name):\n        return self'],
    ['class A:\n    SIZE = 4'],
    ['try:\n    x()\nexcept (OSError, ValueError) as e:\n    pass'],
  ])('%s', (text) => {
    expect(errorsIn(text)).toEqual([]);
  });

  test("another system's port may use what that system has", () => {
    expect(errorsIn('import ffi', 'device/client/cm_port_unix.py')).toEqual([]);
    expect(errorsIn('import ffi', 'device/client/cm_port_esp8266.py')).toHaveLength(1);
  });

  test('what is not the client is not looked at', () => {
    expect(errorsIn('import asyncio', 'device/tests/x.py')).toEqual([]);
  });
});

test('a token knows its line behind strings and brackets of several lines', () => {
  const text = 'x = """a\nb"""\ny = (1,\n  2)\nz = 3 \\\n  + 4\n';
  expect(readPython(text).map(([first]) => [first.value, first.line])).toEqual([
    ['x', 1],
    ['y', 3],
    ['z', 5],
  ]);
});
