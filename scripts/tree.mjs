// The files of the project, as git sees them: tracked, or new and not ignored. Checks look at these and at nothing else.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export function listFiles(root = ROOT) {
  const out = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  return out
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(`${root}/${path}`));
}

/** Reads every file into `{ path, text }`; checks take this list, so that their tests can hand them one of their own. */
export function readTree(wanted, root = ROOT) {
  return listFiles(root)
    .filter(wanted)
    .map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }));
}

/** Prints the findings and sets the exit code: every check script ends with this. */
export function report({ errors, warnings = [], summary }) {
  for (const line of warnings) console.log(`warning  ${line}`);
  for (const line of errors) console.log(`error    ${line}`);
  console.log(summary);
  process.exitCode = errors.length > 0 ? 1 : 0;
}

/** `import.meta.main` came with Node 24; on an older one it would silently check nothing. */
export function isMain(url) {
  return process.argv[1] === fileURLToPath(url);
}
