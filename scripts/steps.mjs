// What is built, from what, by which command. scripts/prepare.mjs runs them; plain Node 20 without dependencies.

const BANNER =
  "process.env.NODE_ENV??='production';import{createRequire as cmRequire}from'node:module';const require=cmRequire(import.meta.url);";

/** Next loads itself at run time; the others load a native or WebAssembly half that lies beside their own code. */
const EXTERNAL = ['next', 'better-sqlite3', '@micropython/micropython-webassembly-pyscript', '@pybricks/mpy-cross-v6'];

const bundle = (...entries) => [
  ...['esbuild', ...entries, '--bundle', '--platform=node', '--format=esm', '--target=node22', '--sourcemap'],
  ...['--log-level=warning', '--outdir=dist', '--out-extension:.js=.mjs', `--banner:js=${BANNER}`],
  ...EXTERNAL.map((name) => `--external:${name}`),
];
const PACKAGES = ['package.json', 'package-lock.json'];
const SERVER = ['server', 'lib', 'emulator', 'device/tools', 'scripts/steps.mjs', ...PACKAGES];

/** Independent of each other; a step runs when what it reads has changed or what it writes is missing. */
const client = {
  name: 'client for the boards',
  reads: ['device/client', 'device/tools/build.ts', 'package.json'],
  writes: 'dist/device/manifest.json',
  command: ['node', 'device/tools/build.ts'],
};
const virtualBoard = {
  name: 'virtual board',
  reads: ['emulator/vm', 'node_modules/@micropython/micropython-webassembly-pyscript/package.json'],
  writes: 'dist/vm/micropython.wasm',
  command: ['node', 'emulator/vm/build.ts'],
};
const server = {
  name: 'server and mbm',
  reads: ['cli', ...SERVER],
  writes: 'dist/server.mjs',
  command: bundle(
    'server=server/main.ts',
    'virtual-board-worker=emulator/virtual-board-worker.ts',
    'simulate=emulator/simulate.ts',
    'mbm=cli/main.ts',
  ),
};
const consolePages = {
  name: 'console',
  reads: [
    'app',
    'lib',
    'public',
    'next.config.js',
    'postcss.config.mjs',
    'tsconfig.json',
    'tsconfig.next.json',
    ...PACKAGES,
  ],
  writes: '.next/BUILD_ID',
  command: ['next', 'build'],
  env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
};
/** The hub that is measured has to be compiled like the one that ships: from source it weighs twice as much. */
const measuredHub = {
  name: 'hub to measure',
  reads: ['bench/hub-process.ts', 'bench/processes.ts', ...SERVER],
  writes: 'dist/bench-hub.mjs',
  command: bundle('bench-hub=bench/hub-process.ts'),
};

const product = [client, virtualBoard, server, consolePages];

/** `dev` compiles the console and the server as it goes. */
export const STEPS_OF = {
  dev: [client, virtualBoard],
  start: product,
  build: product,
  test: product,
  bench: [client, virtualBoard, server, measuredHub],
};
