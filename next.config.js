/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm run check` compares types everywhere; Next would do it again, and write its wishes into tsconfig.json.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.next.json' },
  // The hub's own server serves pages on every address of the machine; hot reload must not care which one was opened.
  allowedDevOrigins: ['127.0.0.1', '192.168.*.*', '10.*.*.*', '*.local'],
  // Native code: bundling it would make a second copy of the hub's database driver.
  serverExternalPackages: ['better-sqlite3'],
};

export default config;
