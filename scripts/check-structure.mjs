// Names and sizes: a folder's files can be guessed, read in one sitting and entered by the file that bears its name.
// docs/architecture.md gives the reasons; scripts/check-structure.test.mjs shows what is refused.
import { parseSync } from '@swc/core';
import { isMain, readTree, report } from './tree.mjs';

const MAX_LINES = 500;
const LONG_LINES = 300;
const MAX_PAGE_LINES = 60;
const MAX_FUNCTION_LINES = 60;
const MAX_OPENING_LINES = 8;

const SOURCE = /\.(ts|tsx|mjs|cjs|js|py)$/;
const SCRIPT = /\.(ts|tsx|mjs)$/;
const TEST = /\.(test|spec|fixture)\.(ts|tsx|mjs)$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
const SNAKE = /^_{0,2}[a-z0-9]+(_[a-z0-9]+)*(__)?\.py$/;
const DUMPS = /^(index|utils?|helpers?|types?|common|misc)\./;
const CONFIG = /^[^/]+\.(config\.)?(ts|mjs|cjs|js)$/;

/** The screens' files that may stand in a segment of the console; its own go into components/, logic without a screen beside. */
const SEGMENT_FILES = /^(page|layout|loading|error|global-error|not-found|forbidden|template|icon)\.tsx$|\.ts$/;
/** Next makes no page of a folder with an underscore; api/ is next-auth's. */
const OFF_THE_MAP = /^app\/(.*\/)?(components|api|_[a-z-]+)\//;

/** Server folders without a face of their own: the store is entered by any of its files. */
const FACELESS = new Set(['store']);

export function checkStructure(tree) {
  const sources = tree.filter(({ path }) => SOURCE.test(path) && !path.includes('/migrations/'));
  const errors = [];
  const warnings = [];
  for (const file of sources) {
    errors.push(...checkName(file.path), ...checkFunctions(file));
    const size = checkSize(file);
    errors.push(...size.errors);
    warnings.push(...size.warnings);
  }
  errors.push(...checkFaces(sources));
  return { errors, warnings, summary: describeSizes(sources) };
}

function checkName(path) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (DUMPS.test(name)) return [`${path}: a file is named after what it holds; "${name}" names nothing`];
  if (name.endsWith('.py')) return SNAKE.test(name) ? [] : [`${path}: Python files are snake_case`];
  if (!KEBAB.test(name.replace(/^\./, ''))) return [`${path}: files are kebab-case`];
  const inSegment = path.startsWith('app/') && !OFF_THE_MAP.test(path) && !TEST.test(name);
  if (inSegment && !SEGMENT_FILES.test(name))
    return [`${path}: belongs in components/ or in a folder with an underscore`];
  return [];
}

function checkSize({ path, text }) {
  const lines = countLines(text);
  if (/(^|\/)page\.tsx$/.test(path) && lines > MAX_PAGE_LINES) {
    return { errors: [`${path}: ${lines} lines; a page has at most ${MAX_PAGE_LINES}`], warnings: [] };
  }
  if (lines > MAX_LINES) return { errors: [`${path}: ${lines} lines; a file has at most ${MAX_LINES}`], warnings: [] };
  if (lines > LONG_LINES) return { errors: [], warnings: [`${path}: ${lines} lines; think of a second file`] };
  return { errors: [], warnings: [] };
}

/** Lines of each function without those of the functions inside it: a factory of ten short methods is short. */
function checkFunctions({ path, text }) {
  if (!SCRIPT.test(path) || TEST.test(path) || path.startsWith('playwright/') || CONFIG.test(path)) return [];
  // The statement in front pins the first span: swc counts bytes from where the previous file ended.
  const bytes = Buffer.from(`0;${text.replace(/^#!.*/, '')}`);
  const module = parseSync(bytes.toString(), { syntax: 'typescript', tsx: path.endsWith('.tsx'), target: 'es2024' });
  const errors = [];
  const lineOf = (offset) =>
    bytes.subarray(0, offset - module.span.start).reduce((n, byte) => n + (byte === 10 ? 1 : 0), 1);
  walkFunctions(module, lineOf, (line, ownLines) => {
    if (ownLines > MAX_FUNCTION_LINES) {
      errors.push(`${path}:${line}: a function of ${ownLines} lines of its own; at most ${MAX_FUNCTION_LINES}`);
    }
  });
  return errors;
}

/** Calls `visit` for each function and answers how many lines the functions directly inside `node` take. */
function walkFunctions(node, lineOf, visit) {
  if (node === null || typeof node !== 'object') return 0;
  const inner = Object.values(node).reduce((sum, child) => sum + walkFunctions(child, lineOf, visit), 0);
  const isFunction = /Function|^ClassMethod$|^PrivateMethod$|^MethodProperty$|^Constructor$/.test(node.type ?? '');
  if (!isFunction || node.span === undefined || !node.body) return inner;
  const first = lineOf(node.span.start);
  const total = lineOf(node.span.end) - first + 1;
  visit(first, total - inner);
  return total;
}

function checkFaces(sources) {
  const folders = new Set(
    sources.map(({ path }) => /^server\/([^/]+)\//.exec(path)?.[1]).filter((name) => name !== undefined),
  );
  return [...folders].flatMap((name) => {
    const path = `server/${name}/${name}.ts`;
    const face = sources.find((file) => file.path === path);
    if (face === undefined) return FACELESS.has(name) ? [] : [`server/${name}/: has no ${name}.ts to enter it by`];
    return checkOpening(face);
  });
}

function checkOpening({ path, text }) {
  const block = /^\/\*\*?[\s\S]*?\*\/|^(\/\/.*\n)+/.exec(text)?.[0];
  if (block === undefined)
    return [`${path}: opens without saying what the folder does, what not, and which file is next`];
  const lines = block.split('\n').filter((line) => /[A-Za-z]/.test(line)).length;
  return lines > MAX_OPENING_LINES ? [`${path}: opens with ${lines} lines; at most ${MAX_OPENING_LINES}`] : [];
}

function describeSizes(sources) {
  const lines = sources
    .filter(({ path }) => !TEST.test(path))
    .map(({ text }) => countLines(text))
    .sort((a, b) => a - b);
  const median = lines[Math.floor(lines.length / 2)] ?? 0;
  return `${sources.length} source files; without tests: median ${median} lines, longest ${lines.at(-1) ?? 0}`;
}

function countLines(text) {
  return text.split('\n').length - 1;
}

if (isMain(import.meta.url)) report(checkStructure(readTree((path) => SOURCE.test(path))));
