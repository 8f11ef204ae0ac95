// The board's client against what an ESP8266 is: names and constructs its firmware lacks, from 1.19 to today, and what
// costs heap. A virtual board has nearly all of them, so a test there does not tell.
// scripts/check-device.test.mjs shows each class of finding.
import { isMain, readTree, report } from './tree.mjs';

const CLIENT = 'device/client/';
/** The port of another system may use what that system has. */
const OTHER_PORT = /cm_(port|net|term)_(?!esp8266)\w+\.py$/;
const MAX_FILE_LINES = 200;
/** What no compiler sees: both are compiled on the board at every start, before there is a client. */
const START_FILES = ['boot.py', 'main.py'];
const MAX_START_LINES = 64;
/** All files but other systems' ports together, comments and blank lines left out. What is resident of them is measured by device/tools/ram.ts. */
const MAX_CLIENT_CODE_LINES = 1300;

/** Switched off in the firmware, or later than 1.19. */
const ABSENT_METHODS = new Set(
  'partition rpartition center splitlines indices recv_into removeprefix removesuffix isidentifier'.split(' '),
);
const ABSENT_NAMES = new Set('compile execfile NotImplemented complex __file__ aiter anext'.split(' '));
const ABSENT_METHOD_DEFINITIONS = new Set(['__setattr__', '__delattr__']);
const ABSENT_MEMBERS = new Map(
  Object.entries({
    binascii: 'crc32',
    random: 'choice randint randrange uniform random shuffle',
    math: 'tau inf nan factorial isclose gamma lgamma erf erfc expm1 log2 log10 cosh sinh tanh acosh asinh atanh',
    sys: 'ps1 ps2 settrace tracebacklimit',
    hashlib: 'md5',
    cryptolib: 'MODE_ECB MODE_CBC MODE_CTR',
    socket: 'SO_KEEPALIVE SO_ERROR TCP_NODELAY',
    ssl: 'SSLContext CERT_REQUIRED CERT_OPTIONAL',
  }).map(([module, names]) => [module, new Set(names.split(' '))]),
);
/** Not built in, not in every build, or of another name before or after some version. */
const ABSENT_MODULES = new Set(
  (
    '_thread threading asyncio uasyncio vfs websocket zlib uzlib deflate ffi typing dataclasses pathlib datetime ' +
    'logging functools contextlib itertools enum abc copy tls'
  ).split(' '),
);
/** Their plain names work in every version. */
const OLD_NAMES =
  /^u(os|io|re|sys|time|json|struct|socket|select|hashlib|binascii|random|errno|collections|heapq|zlib|ssl|cryptolib|machine)$/;

const OPEN = '([{';
const CLOSE = ')]}';
const STRING = /^[rbfuRBFU]{0,2}('''|"""|'|")/;
const NUMBER = /^(0[xob][\da-f_]+|(\d[\d_]*)?\.?\d[\d_]*\.?(e[+-]?\d+)?j?)/i;
const NAME = /^[\p{L}_][\p{L}\p{N}_]*/u;
const OPERATOR = /^(\*\*=|\/\/=|>>=|<<=|:=|->|==|!=|<=|>=|\*\*|\/\/|<<|>>|[-+*/%&|^@]=|[\s\S])/;

function stringLength(text, opening) {
  const quote = opening[1];
  let at = opening[0].length;
  while (at < text.length && !text.startsWith(quote, at)) at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + quote.length, text.length);
}

/** The next piece of `rest`: its kind and text. Comments and spaces are pieces too, so that nothing is skipped unseen. */
function nextPiece(rest) {
  const blank = /^(#[^\n]*|[ \t\r\f]+|\\\r?\n)/.exec(rest)?.[0];
  if (blank !== undefined) return ['blank', blank];
  if (rest[0] === '\n') return ['line', '\n'];
  const opening = STRING.exec(rest);
  if (opening) return ['string', rest.slice(0, stringLength(rest, opening))];
  const name = NAME.exec(rest)?.[0];
  if (name !== undefined) return ['name', name];
  const number = NUMBER.exec(rest)?.[0];
  if (number) return ['number', number];
  return ['op', OPERATOR.exec(rest)[0]];
}

/** Logical lines of tokens; each token knows its line and column. A line inside brackets does not end. */
export function readPython(text) {
  const lines = [];
  let tokens = [];
  let depth = 0;
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < text.length; ) {
    const [kind, value] = nextPiece(text.slice(at));
    if (kind === 'line' && depth === 0 && tokens.length > 0) {
      lines.push(tokens);
      tokens = [];
    }
    if (kind !== 'blank' && kind !== 'line') tokens.push({ kind, value, line, column: at - lineStart });
    if (OPEN.includes(value)) depth += 1;
    if (CLOSE.includes(value)) depth = Math.max(0, depth - 1);
    for (let i = value.indexOf('\n'); i >= 0; i = value.indexOf('\n', i + 1)) {
      line += 1;
      lineStart = at + i + 1;
    }
    at += value.length;
  }
  if (tokens.length > 0) lines.push(tokens);
  return lines;
}

/** How many arguments the call has whose opening bracket is at `open`; a comma at the end makes none. */
function countArguments(tokens, open) {
  let depth = 0;
  let count = 0;
  let isBetween = true;
  for (const { value } of tokens.slice(open)) {
    if (CLOSE.includes(value)) depth -= 1;
    if (depth === 0 && value !== '(') break;
    if (value === ',' && depth === 1) isBetween = true;
    else if (depth > 0 && isBetween) {
      count += 1;
      isBetween = false;
    }
    if (OPEN.includes(value)) depth += 1;
  }
  return count;
}

/** Pairs of module and, behind `from`, a member of it. */
function importedNames([first, ...rest]) {
  if (first.value === 'import') {
    const starts = rest.filter((_, i) => i === 0 || rest[i - 1].value === ',');
    return starts.map((module) => [module, undefined]);
  }
  if (first.value !== 'from') return [];
  const members = rest.slice(rest.findIndex(({ value }) => value === 'import') + 1);
  return [[rest[0], undefined], ...members.map((member) => [rest[0], member])];
}

function checkImport([module, member]) {
  if (member) {
    const isAbsent = ABSENT_MEMBERS.get(module.value)?.has(member.value);
    return isAbsent ? `ESP8266 firmware has no ${module.value}.${member.value}` : undefined;
  }
  if (ABSENT_MODULES.has(module.value)) return `the module ${module.value} is not in every ESP8266 firmware`;
  if (OLD_NAMES.test(module.value)) return `import ${module.value.slice(1)}: the name with u is not in every version`;
  return undefined;
}

/** A name behind a dot: a method, or a member of the module before it. */
function checkMember(name, owner) {
  if (ABSENT_METHODS.has(name)) return `ESP8266 firmware has no method ${name}()`;
  return ABSENT_MEMBERS.get(owner)?.has(name) ? `ESP8266 firmware has no ${owner}.${name}` : undefined;
}

function checkName(tokens, i) {
  const name = tokens[i].value;
  if (ABSENT_NAMES.has(name)) return `ESP8266 firmware has no ${name}`;
  if (tokens[i - 1]?.value === 'def' && ABSENT_METHOD_DEFINITIONS.has(name)) return `ESP8266 firmware ignores ${name}`;
  const isCall = tokens[i + 1]?.value === '(';
  if (name === 'pow' && isCall && countArguments(tokens, i + 1) > 2) {
    return 'ESP8266 firmware has no pow() of three arguments';
  }
  return undefined;
}

function checkToken(tokens, i) {
  const { kind, value } = tokens[i];
  if (kind === 'number' && /^(?!0x).*j$/i.test(value)) return 'ESP8266 firmware has no complex numbers';
  if (kind !== 'name') return undefined;
  return tokens[i - 1]?.value === '.' ? checkMember(value, tokens[i - 2]?.value) : checkName(tokens, i);
}

function checkFirmware(tokens) {
  const found = importedNames(tokens).map(([module, member]) => [module.line, checkImport([module, member])]);
  found.push(...tokens.map(({ line }, i) => [line, checkToken(tokens, i)]));
  return found.filter(([, message]) => message !== undefined);
}

function checkConstant(tokens) {
  const [first, second, third] = tokens;
  const isTuple = first.column === 0 && second?.value === ',';
  if (isTuple && tokens.some(({ value }) => value === 'const')) return 'const() takes heap in a tuple: one a line';
  if (first.column > 0 || second?.value !== '=') return undefined;
  const isVisible = /^[A-Z][A-Z0-9_]*$/.test(first.value) || (third?.value === 'const' && first.value[0] !== '_');
  return isVisible ? `${first.value}: only a constant with an underscore takes no heap` : undefined;
}

function checkStatement(tokens) {
  const [first, second] = tokens;
  if (first.value === 'except' && second?.value === ':') return 'name the exceptions: a bare except hides Ctrl-C';
  if (tokens.every(({ kind }) => kind === 'string')) return 'a docstring costs heap: write a comment';
  if (first.column === 0 && first.value === 'def' && second?.value === '__getattr__') {
    return 'a module has no __getattr__ before 1.20';
  }
  return checkConstant(tokens);
}

const countLines = (text) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
const countCode = (text) => text.split('\n').filter((line) => /^\s*[^\s#]/.test(line)).length;

function checkFile({ path, text }) {
  const found = [];
  for (const tokens of readPython(text)) {
    const message = checkStatement(tokens);
    if (message !== undefined) found.push([tokens[0].line, message]);
    if (!OTHER_PORT.test(path)) found.push(...checkFirmware(tokens));
  }
  const errors = found.map(([line, message]) => `${path}:${line}: ${message}`);
  const lines = countLines(text);
  if (lines > MAX_FILE_LINES)
    errors.push(`${path}: ${lines} lines; a file of the client has at most ${MAX_FILE_LINES}`);
  return errors;
}

/** Everything of `tree` that is the client; the rest is not looked at. */
export function checkDevice(tree) {
  const files = tree.filter(({ path }) => path.startsWith(CLIENT) && path.endsWith('.py'));
  const errors = files.flatMap(checkFile);
  const ours = files.filter(({ path }) => !OTHER_PORT.test(path));
  const code = ours.reduce((sum, { text }) => sum + countCode(text), 0);
  if (code > MAX_CLIENT_CODE_LINES) {
    errors.push(`${CLIENT}: ${code} lines of code; the client has at most ${MAX_CLIENT_CODE_LINES}`);
  }
  const start = files.filter(({ path }) => START_FILES.includes(path.slice(CLIENT.length)));
  const startLines = start.reduce((sum, { text }) => sum + countLines(text), 0);
  if (startLines > MAX_START_LINES) {
    errors.push(`${CLIENT}: ${START_FILES.join(' and ')} have ${startLines} lines; at most ${MAX_START_LINES}`);
  }
  return { errors, warnings: [], summary: `${files.length} files, ${code} lines of code` };
}

if (isMain(import.meta.url)) report(checkDevice(readTree((path) => path.startsWith(CLIENT))));
