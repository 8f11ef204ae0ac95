// Documentation that names what is not there is worse than none: links, commands, paths and dependencies are looked up.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { isMain, listFiles, ROOT, readTree, report } from './tree.mjs';

const NPM_WORDS = new Set(['ci', 'install', 'i', 'run', 'link', 'exec', 'pack', 'version']);
const PATH = /^(app|bench|cli|device|docs|emulator|lib|playwright|public|scripts|server)\/[\w./()[\]-]+$/;

/**
 * `docs` are `{ path, text }`, `files` the paths of the project, `pkg` package.json, `commands` those of `mbm`.
 * Decisions keep the names of their day, so only their links are looked up.
 */
export function checkDocs({ docs, files, pkg, commands }) {
  const known = new Set(files.flatMap((path) => [path, ...parents(path)]));
  const errors = docs.flatMap((doc) => [
    ...checkLinks(doc, docs, known),
    ...(doc.path.startsWith('docs/decisions/') ? [] : checkNames(doc, { known, pkg, commands })),
  ]);
  errors.push(...checkDependencies(docs, pkg), ...checkChangelog(docs));
  return { errors, summary: `${docs.length} documents` };
}

function checkLinks({ path, text }, docs, known) {
  const errors = [];
  for (const [, target] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^(https?|mailto):/.test(target)) continue;
    const [file, anchor] = target.split('#');
    const at = file === '' ? path : normalize(join(dirname(path), file)).replace(/\/$/, '');
    if (!known.has(at)) errors.push(`${path}: links to ${target}, which is not there`);
    const doc = docs.find((other) => other.path === at);
    if (anchor && doc && !anchorsOf(doc.text).has(anchor)) errors.push(`${path}: ${at} has no heading #${anchor}`);
  }
  return errors;
}

function checkNames({ path, text }, { known, pkg, commands }) {
  return codeOf(text).flatMap((code) => [
    ...unknownScripts(code, pkg).map((script) => `${path}: there is no script "${script}"`),
    ...[...code.matchAll(/\bmbm ([a-z]+-[a-z-]+)/g)]
      .filter(([, command]) => !commands.includes(command))
      .map(([text]) => `${path}: there is no command "${text}"`),
    ...(PATH.test(code) && !known.has(code.replace(/\/$/, '')) ? [`${path}: names ${code}, which is not there`] : []),
  ]);
}

function unknownScripts(code, pkg) {
  return [...code.matchAll(/\bnpm (run )?([a-z][a-z0-9:-]*)/g)]
    .filter(([, run, word]) => !(word in pkg.scripts) && (run !== undefined || !NPM_WORDS.has(word)))
    .map(([text]) => text);
}

function checkDependencies(docs, pkg) {
  const doc = docs.find(({ path }) => path === 'docs/dependencies.md');
  if (doc === undefined) return ['docs/dependencies.md is missing'];
  const listed = new Set([...doc.text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name));
  const used = Object.keys({ ...pkg.dependencies, ...pkg.devDependencies, ...pkg.optionalDependencies });
  return [
    ...used
      .filter((name) => !listed.has(name))
      .map((name) => `docs/dependencies.md: does not say why ${name} is needed`),
    ...[...listed]
      .filter((name) => !used.includes(name))
      .map((name) => `docs/dependencies.md: ${name} is not a dependency`),
  ];
}

function checkChangelog(docs) {
  const doc = docs.find(({ path }) => path === 'CHANGELOG.md');
  return doc !== undefined && /^## \[?Unreleased\]?/m.test(doc.text) ? [] : ['CHANGELOG.md: has no section Unreleased'];
}

/** Blocks line by line and spans; a span may run over the end of a line. */
function codeOf(text) {
  const blocks = [...text.matchAll(/^```.*\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block.split('\n'));
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, span]) =>
    span.replace(/\s+/g, ' '),
  );
  return [...blocks, ...spans];
}

function withoutCode(text) {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** As GitHub makes them: lower case, no punctuation, a hyphen for each space. */
function anchorsOf(text) {
  const headings = [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );
}

function parents(path) {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** One file a command in cli/commands. */
function commandsOf(files) {
  return files.map((path) => /^cli\/commands\/([a-z-]+)\.ts$/.exec(path)?.[1]).filter((name) => name !== undefined);
}

if (isMain(import.meta.url)) {
  const files = listFiles();
  const docs = readTree((path) => path.endsWith('.md'));
  const pkg = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));
  const commands = existsSync(`${ROOT}/cli/commands`) ? commandsOf(files) : [];
  report(checkDocs({ docs, files, pkg, commands }));
}
