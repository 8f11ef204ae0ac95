/** Values as Python source, in ASCII alone: what goes through a raw REPL may be no control character and no half character. */

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', "'": "\\'", '\\': '\\\\' };

/** A string literal; any text survives, quotes and line ends included. */
export function pythonString(text: string): string {
  let literal = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0x27 || code === 0x5c) literal += `\\${character}`;
    else if (code >= 0x20 && code < 0x7f) literal += character;
    else if (code <= 0xffff) literal += `\\u${code.toString(16).padStart(4, '0')}`;
    else literal += `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return `'${literal}'`;
}

/** The shortest expression that gives `bytes`, where `decoder` is the name of binascii.a2b_base64. */
export function pythonBytes(bytes: Uint8Array, decoder: string): string {
  let binary = '';
  let literal = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    binary += character;
    literal += /[ -&(-[\]-~]/.test(character)
      ? character
      : (SHORT[character] ?? `\\x${byte.toString(16).padStart(2, '0')}`);
  }
  const decoded = `${decoder}(b'${btoa(binary)}')`;
  return literal.length + 3 <= decoded.length ? `b'${literal}'` : decoded;
}
