/**
 * The real 32-bit MicroPython for the device tests, unpacked from Debian's packages into .cache/micropython without
 * touching the system: `.cache/micropython/micropython -X heapsize=38k x.py`. Pointers are 4 bytes as on a board.
 * apt itself fetches, with a configuration of its own, because it verifies the index and every file by signature:
 * an archive whose index contradicts its signed Release is refused, and the next release of Debian is tried.
 * Run directly it prints the path. Plain ESM for Node 20: it runs before anything is installed.
 */
import { execFile } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HOME = resolve(dirname(fileURLToPath(import.meta.url)), '..', '.cache', 'micropython');
const WRAPPER = join(HOME, 'micropython');
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** The first release with these packages, then the one after it. */
const SUITES = ['trixie', 'forky'];
const PACKAGES = ['micropython', 'libc6', 'libffi8', 'libmbedcrypto16', 'libmbedtls21', 'libmbedx509-7', 'libgcc-s1'];
const FETCH_TIMEOUT_MS = 300_000;
const PROBE = 'import sys;print(sys.version.split()[-3], 64 if sys.maxsize > 1 << 40 else 32)';

/** Its own loader and libraries, because the packages need a newer libc than older systems have. */
const BUNDLED = `#!/bin/sh
root="\${0%/*}/root"
lib="$root/usr/lib/i386-linux-gnu"
[ -e "$lib/ld-linux.so.2" ] || lib="$root/lib/i386-linux-gnu"
exec "$lib/ld-linux.so.2" --library-path "$lib:$root/usr/lib/i386-linux-gnu" "$root/usr/bin/micropython" "$@"
`;

const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

const onPath = async (name) => {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder && resolve(folder) !== HOME && (await exists(join(folder, name)))) return join(folder, name);
  }
  return undefined;
};

/** What the interpreter says of itself, or undefined where it does not start. */
const probe = async (path) => {
  try {
    const { stdout } = await run(path, ['-c', PROBE], { timeout: 10_000 });
    const bits = Number(stdout.trim().split(' ').at(-1));
    return bits === 32 || bits === 64 ? { path, bits } : undefined;
  } catch {
    return undefined;
  }
};

/** Fields of deb822 stanzas, and one-line entries, as URIs of a Debian archive with the suites they name. */
const entriesOf = (name, text) => {
  if (!name.endsWith('.sources')) {
    const lines = text.matchAll(/^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm);
    return [...lines].map(([, uri, suite]) => ({ uri, suites: [suite] }));
  }
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (key) => (stanza.match(new RegExp(`^${key}:[ \\t]*(.+)$`, 'im'))?.[1] ?? '').trim().split(/\s+/);
    if (field('Enabled')[0] === 'no' || !field('Types').includes('deb')) return [];
    return field('URIs').map((uri) => ({ uri, suites: field('Suites') }));
  });
};

/** The mirror that this machine already uses; a mirror of another distribution or of updates alone is not one. */
const findMirror = async () => {
  const folder = '/etc/apt/sources.list.d';
  const names = await readdir(folder).catch(() => []);
  const files = [
    ...names.filter((n) => /\.(list|sources)$/.test(n)).map((n) => join(folder, n)),
    '/etc/apt/sources.list',
  ];
  for (const file of files) {
    const entries = entriesOf(file, await readFile(file, 'utf8').catch(() => ''));
    const plain = /^(stable|testing|unstable|sid|bullseye|bookworm|trixie|forky)$/;
    const found = entries.find(
      ({ uri, suites }) => /^https?:/.test(uri) && /\/debian\/?$/.test(uri) && suites.some((s) => plain.test(s)),
    );
    if (found) return found.uri;
  }
  return undefined;
};

const whyNotHere = async () => {
  if (process.platform !== 'linux') return 'it runs on Linux only';
  if (!['x64', 'ia32'].includes(process.arch)) return `it needs an x86 processor, this one is ${process.arch}`;
  for (const tool of ['apt-get', 'dpkg']) if (!(await onPath(tool))) return `${tool} is not installed`;
  if (!(await exists(KEYRING))) return 'the package debian-archive-keyring is not installed';
  return undefined;
};

const download = async (folder, mirror, suite) => {
  const apt = join(folder, suite);
  const debs = join(apt, 'debs');
  for (const sub of ['lists/partial', 'archives/partial', 'debs']) await mkdir(join(apt, sub), { recursive: true });
  await writeFile(join(apt, 'sources.list'), `deb [signed-by=${KEYRING} arch=i386] ${mirror} ${suite} main\n`);
  await writeFile(join(apt, 'status'), '');
  const options = [
    `Dir::Etc::sourcelist=${apt}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${apt}/lists`,
    `Dir::State::status=${apt}/status`,
    `Dir::Cache=${apt}`,
    'APT::Architecture=i386',
    'APT::Architectures::=i386',
    'Acquire::Languages=none',
    'APT::Update::Error-Mode=any',
    // The private folder belongs to us, not to apt's own unprivileged user.
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  const limits = { cwd: debs, timeout: FETCH_TIMEOUT_MS, maxBuffer: 1 << 24 };
  await run('apt-get', ['-q', ...options, 'update'], limits);
  await run('apt-get', ['-q', ...options, 'download', ...PACKAGES], limits);
  return debs;
};

const unpack = async (debs, root) => {
  await mkdir(root, { recursive: true });
  for (const name of await readdir(debs)) if (name.endsWith('.deb')) await run('dpkg', ['-x', join(debs, name), root]);
};

const firstLine = (error) =>
  `${error?.stderr || error?.message || error}`.split('\n').find((line) => /^E:/.test(line)) ??
  `${error?.message ?? error}`.split('\n')[0];

/** Fills a folder of its own and renames it into place: two that install at once do not meet. */
const install = async (mirror) => {
  await mkdir(dirname(HOME), { recursive: true });
  const folder = await mkdtemp(`${HOME}-`);
  const failures = [];
  try {
    for (const suite of SUITES) {
      try {
        const made = join(folder, `made-${suite}`);
        await unpack(await download(folder, mirror, suite), join(made, 'root'));
        await writeFile(join(made, 'micropython'), BUNDLED);
        await chmod(join(made, 'micropython'), 0o755);
        if (!(await probe(join(made, 'micropython')))) throw new Error('the unpacked interpreter does not start');
        await replaceHome(made);
        return await probe(WRAPPER);
      } catch (error) {
        failures.push(`${suite}: ${firstLine(error)}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  throw new Error(failures.join('; '));
};

const replaceHome = async (made) => {
  if (await probe(WRAPPER)) return;
  await rm(HOME, { recursive: true, force: true });
  await rename(made, HOME).catch(async (error) => {
    if (!(await probe(WRAPPER))) throw error;
  });
};

const fromPath = async (reason) => {
  const found = await onPath('micropython');
  const usable = found && (await probe(found));
  if (!usable) {
    throw new Error(
      `The 32-bit MicroPython for the device tests cannot be installed here: ${reason}. ` +
        'Install MicroPython yourself so that `micropython` is on the PATH (apt-get install micropython, ' +
        'brew install micropython), then try again.',
    );
  }
  await mkdir(HOME, { recursive: true });
  await writeFile(WRAPPER, `#!/bin/sh\nexec "${found}" "$@"\n`, { mode: 0o755 });
  return { path: WRAPPER, bits: usable.bits };
};

/** The interpreter's path, and 32, or 64 where only the system's own was found: sizes in bytes then differ from a board's. */
export async function ensureMicropython() {
  const there = await probe(WRAPPER);
  if (there) return there;
  const reason = await whyNotHere();
  if (reason) return fromPath(reason);
  const mirror = await findMirror();
  if (!mirror) return fromPath('apt has no source that is a Debian archive');
  try {
    return await install(mirror);
  } catch (error) {
    return fromPath(error.message);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log((await ensureMicropython()).path);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
