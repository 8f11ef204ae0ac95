declare module '@micropython/micropython-webassembly-pyscript/micropython.mjs' {
  /** Emscripten's file system, as far as the emulator uses it. */
  export interface EmscriptenNode {
    readonly mode: number;
    /** null as long as nothing was written. */
    contents: Uint8Array | null;
    usedBytes: number;
  }
  export interface EmscriptenStream {
    readonly fd: number;
    readonly node: EmscriptenNode;
    readonly flags: number;
    position: number;
  }
  export interface EmscriptenFs {
    readdir(path: string): string[];
    readFile(path: string): Uint8Array;
    writeFile(path: string, content: string | Uint8Array): void;
    stat(path: string): { readonly mode: number; readonly size: number };
    isDir(mode: number): boolean;
    getPath(node: EmscriptenNode): string;
    getStream(fd: number): EmscriptenStream | undefined;
    mkdir(path: string, mode?: number): EmscriptenNode;
    rmdir(path: string): void;
    unlink(path: string): void;
    rename(from: string, to: string): void;
    open(path: string, flags: string | number, mode?: number): EmscriptenStream;
    close(stream: EmscriptenStream): void;
    write(
      stream: EmscriptenStream,
      buffer: ArrayBufferView,
      offset: number,
      length: number,
      position?: number,
      canOwn?: boolean,
    ): number;
  }
  export interface MicroPython {
    readonly FS: EmscriptenFs;
    readonly _module: { _malloc(bytes: number): number };
    registerJsModule(name: string, module: object): void;
    runPython(code: string): unknown;
    replInit(): void;
    replProcessChar(character: number): number;
  }
  export function loadMicroPython(options: {
    heapsize?: number;
    pystack?: number;
    linebuffer?: boolean;
    stdin?: () => number | null;
  }): Promise<MicroPython>;
}
