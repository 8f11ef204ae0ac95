/** Reading the text form of a WebAssembly module by shape: names in it are numbers that change with every build. */

export interface WatFunction {
  readonly name: string;
  /** The whole definition as it stands in the module. */
  readonly text: string;
  /** The same with every run of white space collapsed, so that shapes can be written on one line. */
  readonly flat: string;
}

/** The virtual machine from npm is not the one this rewriting was written for. */
export class ShapeChanged extends Error {
  constructor(what: string) {
    super(
      `The WebAssembly MicroPython has a shape the emulator does not know: ${what}. ` +
        'Install the version of @micropython/micropython-webassembly-pyscript that package-lock.json names, ' +
        'or teach emulator/vm/rewrite.ts the new shape.',
    );
    this.name = 'ShapeChanged';
  }
}

const FUNCTION_START = '\n (func $';

export function listFunctions(wat: string): WatFunction[] {
  const functions: WatFunction[] = [];
  for (let at = wat.indexOf(FUNCTION_START); at >= 0; ) {
    const next = wat.indexOf(FUNCTION_START, at + 1);
    const text = wat.slice(at, next < 0 ? wat.lastIndexOf('\n)') : next);
    const name = /\(func \$(\S+)/.exec(text)?.[1] ?? '';
    functions.push({ name: name.replace(/\)+$/, ''), text, flat: text.replace(/\s+/g, ' ').trim() });
    at = next;
  }
  return functions;
}

export function onlyFunction(
  functions: readonly WatFunction[],
  what: string,
  test: (flat: string) => boolean,
): WatFunction {
  const found = functions.filter((each) => test(each.flat));
  const [only] = found;
  if (found.length !== 1 || only === undefined) throw new ShapeChanged(`${found.length} functions look like ${what}`);
  return only;
}

/** The groups of a match; refuses when the text does not match. */
export function groupsOf(text: string, what: string, shape: RegExp): string[] {
  const match = shape.exec(text);
  if (match === null) throw new ShapeChanged(`${what} was not found`);
  return match.slice(1);
}

export function numberIn(text: string, what: string, shape: RegExp): number {
  const [first] = groupsOf(text, what, shape);
  const value = Number(first);
  if (!Number.isInteger(value)) throw new ShapeChanged(`${what} is not a number`);
  return value;
}

/** Replaces exactly one occurrence; refuses none and several. */
export function replaceOnce(wat: string, what: string, from: string, to: string): string {
  const at = wat.indexOf(from);
  if (at < 0 || wat.indexOf(from, at + 1) >= 0) throw new ShapeChanged(`${what} does not occur exactly once`);
  return wat.slice(0, at) + to + wat.slice(at + from.length);
}
