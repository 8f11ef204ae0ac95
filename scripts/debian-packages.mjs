/**
 * Packages of Debian, unpacked into a private folder without touching the system. apt itself fetches, with a configuration of its
 * own, because it verifies the index and every file by signature: an archive whose index contradicts its signed Release is
 * refused, and the next release of Debian is tried. Plain ESM for Node 20: it runs before anything is installed.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** The first release with the packages that are wanted, then the one after it. */
const SUITES = ['trixie', 'forky'];
const FETCH_TIMEOUT_MS = 300_000;

const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

/** A program of the system, but none in `except`. */
export const onPath = async (name, except) => {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder && resolve(folder) !== except && (await exists(join(folder, name)))) return join(folder, name);
  }
  return undefined;
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

const whyNotHere = async (architecture) => {
  if (process.platform !== 'linux') return 'it runs on Linux only';
  if (architecture === 'i386' && !['x64', 'ia32'].includes(process.arch))
    return `it needs an x86 processor, this one is ${process.arch}`;
  for (const tool of ['apt-get', 'dpkg']) if (!(await onPath(tool))) return `${tool} is not installed`;
  if (!(await exists(KEYRING))) return 'the package debian-archive-keyring is not installed';
  return undefined;
};

const download = async (folder, mirror, suite, architecture, packages) => {
  const apt = join(folder, suite);
  const debs = join(apt, 'debs');
  for (const sub of ['lists/partial', 'archives/partial', 'debs']) await mkdir(join(apt, sub), { recursive: true });
  await writeFile(
    join(apt, 'sources.list'),
    `deb [signed-by=${KEYRING} arch=${architecture}] ${mirror} ${suite} main\n`,
  );
  await writeFile(join(apt, 'status'), '');
  const options = [
    `Dir::Etc::sourcelist=${apt}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${apt}/lists`,
    `Dir::State::status=${apt}/status`,
    `Dir::Cache=${apt}`,
    `APT::Architecture=${architecture}`,
    `APT::Architectures::=${architecture}`,
    'Acquire::Languages=none',
    'APT::Update::Error-Mode=any',
    // The private folder belongs to us, not to apt's own unprivileged user.
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  const limits = { cwd: debs, timeout: FETCH_TIMEOUT_MS, maxBuffer: 1 << 24 };
  await run('apt-get', ['-q', ...options, 'update'], limits);
  await run('apt-get', ['-q', ...options, 'download', ...packages], limits);
  return debs;
};

const unpack = async (debs, root) => {
  await mkdir(root, { recursive: true });
  for (const name of await readdir(debs)) if (name.endsWith('.deb')) await run('dpkg', ['-x', join(debs, name), root]);
};

const firstLine = (error) =>
  `${error?.stderr || error?.message || error}`.split('\n').find((line) => /^E:/.test(line)) ??
  `${error?.message ?? error}`.split('\n')[0];

/**
 * Fills `home` with `root/`, where the packages are unpacked, and what `finish` adds to it; `check` answers what works in a folder, or
 * undefined. A folder of its own is filled and renamed into place: two that install at once do not meet.
 */
export async function installPackages({ home, architecture, packages, finish, check }) {
  const reason = await whyNotHere(architecture);
  if (reason) throw new Error(reason);
  const mirror = await findMirror();
  if (!mirror) throw new Error('apt has no source that is a Debian archive');
  await mkdir(dirname(home), { recursive: true });
  const folder = await mkdtemp(`${home}-`);
  const failures = [];
  try {
    for (const suite of SUITES) {
      try {
        const made = join(folder, `made-${suite}`);
        await unpack(await download(folder, mirror, suite, architecture, packages), join(made, 'root'));
        await finish(made);
        if (!(await check(made))) throw new Error('what was unpacked does not start');
        await replace(home, made, check);
        return await check(home);
      } catch (error) {
        failures.push(`${suite}: ${firstLine(error)}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  throw new Error(failures.join('; '));
}

const replace = async (home, made, check) => {
  if (await check(home)) return;
  await rm(home, { recursive: true, force: true });
  await rename(made, home).catch(async (error) => {
    if (!(await check(home))) throw error;
  });
};
