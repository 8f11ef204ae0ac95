/**
 * Tells of every change of the board's files when it would be in flash: LittleFS makes a file's new content durable when
 * it is closed or flushed, and renames and removals at once. So a power cut during a write leaves the old file.
 */
import type { EmscriptenFs, EmscriptenStream } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
import type { FileChange, FileTree } from './messages.ts';

/** Where the board's root is in the VM's own file system. */
export const FLASH = '/flash';

const O_ACCESS = 3;
const O_RDONLY = 0;
const O_TRUNC = 0o1000;

export class FlashWatch {
  readonly #report: (change: FileChange) => void;
  /** Per open file, from which byte on it was written. */
  readonly #dirty = new Map<EmscriptenStream, number>();
  #fs: EmscriptenFs | undefined;

  constructor(report: (change: FileChange) => void) {
    this.#report = report;
  }

  /** Fills the file system of a new VM, then listens to it. */
  attach(fs: EmscriptenFs, files: FileTree): void {
    this.#fs = fs;
    this.#dirty.clear();
    fs.mkdir(FLASH);
    for (const [path, content] of files) {
      makeFolders(fs, content === null ? path : path.slice(0, path.lastIndexOf('/')));
      if (content !== null) fs.writeFile(FLASH + path, content);
    }
    this.#listen(fs);
  }

  /** fd_sync. */
  sync(fd: number): void {
    const stream = this.#fs?.getStream(fd);
    if (stream !== undefined) this.#publish(stream, true);
  }

  #listen(fs: EmscriptenFs): void {
    const { open, write, close } = fs;
    fs.open = (path, flags, mode) => {
      const stream = open.call(fs, path, flags, mode);
      if (typeof flags === 'number' && (flags & O_ACCESS) !== O_RDONLY) {
        this.#dirty.set(stream, flags & O_TRUNC ? 0 : stream.node.usedBytes);
      }
      return stream;
    };
    fs.write = (stream, buffer, offset, length, position, canOwn) => {
      const written = write.call(fs, stream, buffer, offset, length, position, canOwn);
      const from = this.#dirty.get(stream);
      // The position is known afterwards only: an append begins at the end of the file.
      if (from !== undefined) this.#dirty.set(stream, Math.min(from, stream.position - written));
      return written;
    };
    fs.close = (stream) => {
      this.#publish(stream, false);
      close.call(fs, stream);
    };
    this.#listenToNames(fs);
  }

  #listenToNames(fs: EmscriptenFs): void {
    const { mkdir, rmdir, unlink, rename } = fs;
    fs.mkdir = (path, mode) => {
      const node = mkdir.call(fs, path, mode);
      this.#tell(path, (at) => ({ kind: 'mkdir', path: at }));
      return node;
    };
    fs.rmdir = (path) => {
      rmdir.call(fs, path);
      this.#tell(path, (at) => ({ kind: 'remove', path: at }));
    };
    fs.unlink = (path) => {
      unlink.call(fs, path);
      this.#tell(path, (at) => ({ kind: 'remove', path: at }));
    };
    fs.rename = (from, to) => {
      rename.call(fs, from, to);
      this.#tell(from, (at) => ({ kind: 'rename', path: at, to: to.slice(FLASH.length) }));
    };
  }

  #publish(stream: EmscriptenStream, staysOpen: boolean): void {
    const from = this.#dirty.get(stream);
    if (from === undefined || this.#fs === undefined) return;
    const { contents, usedBytes } = stream.node;
    if (staysOpen) this.#dirty.set(stream, usedBytes);
    else this.#dirty.delete(stream);
    const bytes = Uint8Array.from(contents?.subarray(from, usedBytes) ?? []);
    this.#tell(this.#fs.getPath(stream.node), (path) => ({ kind: 'write', path, from, bytes }));
  }

  #tell(path: string, change: (path: string) => FileChange): void {
    if (path.startsWith(`${FLASH}/`)) this.#report(change(path.slice(FLASH.length)));
  }
}

function makeFolders(fs: EmscriptenFs, path: string): void {
  let folder = FLASH;
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (!fs.readdir(folder).includes(name)) fs.mkdir(`${folder}/${name}`);
    folder += `/${name}`;
  }
}
