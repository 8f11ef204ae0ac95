/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // The hub's own server serves pages on every address of the machine; hot reload must not care which one was opened.
  allowedDevOrigins: ['127.0.0.1', '192.168.*.*', '10.*.*.*', '*.local'],
  // Native code: bundling it would make a second copy of the hub's database driver.
  serverExternalPackages: ['better-sqlite3'],
  // Types are proved by `npm run check`, not at every start. Next writes what it misses into its tsconfig: it has one of its own.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.next.json' },
};

export default config;
