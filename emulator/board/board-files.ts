/**
 * The files of a board, as they are in its flash: what survives resets and power cuts. Held in memory, and mirrored in a folder of
 * this computer when there is one, so that the board survives the end of the process too.
 */
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileChange, FileTree } from './messages.ts';

export class BoardFiles {
  readonly #tree = new Map<string, Uint8Array | null>();
  readonly #directory: string | undefined;
  readonly #onChange: (tree: FileTree) => void;
  #isFilled = false;

  /** `initial` is what provisioning leaves; a folder that already holds a board's files keeps them instead. */
  constructor(initial: FileTree, directory: string | undefined, onChange?: (tree: FileTree) => void) {
    this.#directory = directory;
    this.#onChange = (tree) => this.#isFilled && onChange?.(tree);
    if (directory !== undefined) {
      mkdirSync(directory, { recursive: true });
      this.#readFolder('');
    }
    if (this.#tree.size === 0) this.#writeAll(initial);
    this.#isFilled = true;
  }

  get tree(): FileTree {
    return new Map(this.#tree);
  }

  /** Files only, by absolute path. */
  files(): ReadonlyMap<string, Uint8Array> {
    const files = new Map<string, Uint8Array>();
    for (const [path, content] of this.#tree) if (content !== null) files.set(path, content);
    return files;
  }

  /** Puts a whole file there, with its folders. */
  write(path: string, bytes: Uint8Array): void {
    const absolute = path.startsWith('/') ? path : `/${path}`;
    const names = absolute.split('/').slice(1, -1);
    names.forEach((_, index) => {
      const folder = `/${names.slice(0, index + 1).join('/')}`;
      if (!this.#tree.has(folder)) this.apply({ kind: 'mkdir', path: folder });
    });
    this.apply({ kind: 'write', path: absolute, from: 0, bytes });
  }

  apply(change: FileChange): void {
    this.#applyToTree(change);
    if (this.#directory !== undefined) this.#applyToFolder(change);
    this.#onChange(this.tree);
  }

  #writeAll(initial: FileTree): void {
    for (const [path, bytes] of initial) {
      if (bytes !== null) this.write(path, bytes);
      else if (!this.#tree.has(path)) this.apply({ kind: 'mkdir', path });
    }
  }

  #applyToTree(change: FileChange): void {
    switch (change.kind) {
      case 'mkdir':
        this.#tree.set(change.path, null);
        break;
      case 'remove':
        this.#tree.delete(change.path);
        break;
      case 'write':
        this.#tree.set(change.path, joined(this.#tree.get(change.path)?.subarray(0, change.from), change.bytes));
        break;
      case 'rename':
        for (const [path, content] of [...this.#tree]) {
          if (path !== change.path && !path.startsWith(`${change.path}/`)) continue;
          this.#tree.delete(path);
          this.#tree.set(change.to + path.slice(change.path.length), content);
        }
        break;
      default:
        change satisfies never;
    }
  }

  /** Synchronous and in order, because the order is what makes a board's own updates safe. */
  #applyToFolder(change: FileChange): void {
    const path = this.#onDisk(change.path);
    switch (change.kind) {
      case 'mkdir':
        mkdirSync(path, { recursive: true });
        break;
      case 'remove':
        rmSync(path, { recursive: true, force: true });
        break;
      case 'rename':
        renameSync(path, this.#onDisk(change.to));
        break;
      case 'write':
        mkdirSync(dirname(path), { recursive: true });
        writeFrom(path, change.from, change.bytes);
        break;
      default:
        change satisfies never;
    }
  }

  #readFolder(folder: string): void {
    for (const entry of readdirSync(this.#onDisk(folder), { withFileTypes: true })) {
      const path = `${folder}/${decodeURIComponent(entry.name)}`;
      this.#tree.set(path, entry.isDirectory() ? null : readFileSync(this.#onDisk(path)));
      if (entry.isDirectory()) this.#readFolder(path);
    }
  }

  /** A name on the board may hold anything but a slash; a name on this computer may not. */
  #onDisk(path: string): string {
    return join(this.#directory ?? '.', ...path.split('/').map(encodeURIComponent));
  }
}

function joined(head: Uint8Array | undefined, tail: Uint8Array): Uint8Array {
  if (head === undefined || head.length === 0) return tail;
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function writeFrom(path: string, from: number, bytes: Uint8Array): void {
  const file = openSync(path, from === 0 ? 'w' : 'r+');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, from + at);
    ftruncateSync(file, from + bytes.length);
  } finally {
    closeSync(file);
  }
}
