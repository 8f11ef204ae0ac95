// Which folder may import which (docs/architecture.md): imports point down, and nobody is excused.
// Tests may reach across folders, since they put real parts together; they are bound by the rules on cycles and on app/.

const TEST = '\\.(test|fixture)\\.tsx?$';
const LIB = '^lib/';
const LOG = '^server/log\\.ts$';
const CONFIG = '^server/config\\.ts$';
const NOUNS = ['boards', 'jobs', 'packages', 'firmware', 'files', 'teams', 'virtual-boards', 'wifi'];
const nodeModules = '^node_modules/';

/** What one folder may import; everything else is refused, built-in modules and npm packages included. */
function only(name, folder, allowed, why) {
  return {
    name,
    comment: why,
    severity: 'error',
    from: { path: folder, pathNot: [TEST] },
    to: { pathNot: [folder, ...allowed], couldNotResolve: false },
  };
}

/** The same for server folders, which may use npm packages and Node; other rules keep next and react out of them. */
function onlyOurs(name, folder, allowed, why) {
  return {
    name,
    comment: why,
    severity: 'error',
    from: { path: folder, pathNot: [TEST] },
    to: { pathNot: [folder, ...allowed, '^node_modules/'], couldNotResolve: false, dependencyTypesNot: ['core'] },
  };
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'An import of types alone vanishes: it can close no cycle that anyone meets.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-test-imports',
      comment: 'Code that ships may not depend on a test or its fixtures.',
      severity: 'error',
      from: { pathNot: [TEST, '^playwright/', '^emulator/contract/', '^device/tests?/'] },
      to: { path: TEST },
    },
    {
      name: 'declared-packages',
      comment: 'A package is imported only if package.json names it.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-packages-in-the-product',
      comment: 'What runs in production is a dependency, not a devDependency.',
      severity: 'error',
      from: { path: '^(app|cli|lib|server)/', pathNot: [TEST] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    only('lib-protocol', '^lib/protocol/', ['^lib/errors\\.ts$', `${nodeModules}zod/`], 'The wire can be read alone.'),
    only(
      'lib',
      '^lib/(?!node/)',
      [`${nodeModules}(zod|esptool-js)/`],
      'lib runs in the browser, in Node and in tests.',
    ),
    onlyOurs('lib-node', '^lib/node/', [LIB], 'The one corner of lib that needs Node.'),
    onlyOurs('server-session', '^server/session/', [LOG, LIB], 'One board is understood with one socket.'),
    onlyOurs('server-bus', '^server/bus/', [LOG, CONFIG, LIB, '^server/hub/ports\\.ts$'], 'NATS can take its place.'),
    onlyOurs(
      'server-store',
      '^server/store/',
      [LOG, CONFIG, LIB, '^server/hub/ports\\.ts$'],
      'PostgreSQL can take its place.',
    ),
    onlyOurs('server-hub', '^server/hub/', ['^server/(session|bus|store)/', LOG, LIB], 'Routing knows no business.'),
    onlyOurs(
      'server-nouns',
      `^server/(?:${NOUNS.filter((noun) => noun !== 'jobs').join('|')})/`,
      ['^server/(hub|bus|store)/', LOG, LIB],
      'Nouns do not tangle.',
    ),
    onlyOurs(
      'server-jobs',
      '^server/jobs/',
      ['^server/(hub|bus|store|packages|firmware|files)/', LOG, LIB],
      'Composition happens in one noun.',
    ),
    onlyOurs(
      'server-live',
      '^server/live/',
      ['^server/(bus|hub|teams|jobs)/', LOG, LIB],
      'Browsers never hear a session.',
    ),
    onlyOurs(
      'server-api',
      '^server/api/',
      [`^server/(?:hub|${NOUNS.join('|')})/`, LOG, LIB],
      'A route holds no rule of the domain.',
    ),
    onlyOurs('server-http', '^server/http/', [LOG, CONFIG, LIB], 'The listener knows neither boards nor people.'),
    onlyOurs('server-log-and-config', '^server/(log|config)\\.ts$', [LIB, CONFIG], 'Everybody uses them.'),
    {
      name: 'one-face-a-folder',
      comment: 'Another server folder is entered by the file that bears its name (server/store by any of its files).',
      severity: 'error',
      from: { path: '^server/([^/]+)/', pathNot: [TEST] },
      to: {
        path: '^server/[^/]+/',
        pathNot: ['^server/$1/', '^server/store/', '^server/hub/ports\\.ts$', ...faces()],
      },
    },
    onlyOurs('app', '^app/', ['^lib/(?!node/)'], 'The console is a client of the public API.'),
    onlyOurs('cli', '^cli/', [LIB, '^package\\.json$'], 'mbm is a client of the public API.'),
    onlyOurs('emulator', '^emulator/', [LIB], 'A board without hardware cannot cheat.'),
    onlyOurs('playwright', '^playwright/', ['^emulator/', '^lib/(api|errors)'], 'These tests see what people see.'),
    {
      name: 'composition-root',
      comment: 'Only server/start.ts puts virtual boards into the process of the hub.',
      severity: 'error',
      from: { path: '^server/', pathNot: ['^server/start\\.ts$', TEST] },
      to: { path: '^emulator/' },
    },
    {
      name: 'nobody-imports-the-top',
      severity: 'error',
      from: { path: '^(app|bench|cli|device|emulator|lib|playwright|server)/', pathNot: TEST },
      to: { path: '^(app|bench|cli|playwright)/', pathNot: '^$1/' },
    },
    {
      name: 'next-and-react',
      comment: 'Next holds three instances of a module in one process; only app and server/start.ts know of it.',
      severity: 'error',
      from: { pathNot: ['^app/', '^server/start\\.ts$', '^next\\.config\\.', '^node_modules/'] },
      to: { path: `${nodeModules}(next|next-auth|react|react-dom)/` },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^\\.next/', '^dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};

function faces() {
  return ['api', 'bus', 'http', 'hub', 'live', 'session', ...NOUNS].map(
    (folder) => `^server/${folder}/${folder}\\.ts$`,
  );
}
