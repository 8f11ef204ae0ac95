/** What every story uses: the pages of the console, a look at a screen in both colour schemes, and `mbm` on the same hub. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { BoardPage } from './pages/board-page.ts';
import { BoardsPage } from './pages/boards-page.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const OWNER = {
  name: 'Ada Byron',
  email: 'ada@example.org',
  password: 'correct horse battery',
  team: 'Greenhouse',
};

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export interface MbmResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Fixtures {
  boards: BoardsPage;
  board: BoardPage;
  /** Keeps a picture in light and dark under `.cache/screens`, and fails where axe finds something. */
  look: (name: string) => Promise<void>;
  mbm: (...args: readonly string[]) => Promise<MbmResult>;
}

/** Colours fade from one scheme to the other, and axe would measure the contrast on the way. Spinners go on for ever. */
function endTransitions(): void {
  for (const animation of document.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
  }
}

export async function lookAt(page: Page, folder: string, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(endTransitions);
    const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    await page.screenshot({
      path: `${ROOT}.cache/screens/${folder}/${name}-${colorScheme}.png`,
      animations: 'disabled',
    });
  }
  await page.emulateMedia({ colorScheme: null });
}

export function runMbm(dataDir: string, args: readonly string[]): Promise<MbmResult> {
  return new Promise((resolve) => {
    const env = { ...process.env, CLOUDMANAGER_DATA: dataDir };
    const child = execFile(process.execPath, [`${ROOT}dist/mbm.mjs`, ...args], { env }, (error, stdout, stderr) =>
      resolve({ exit: error ? Number(error.code) : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

export const test = base.extend<Fixtures>({
  boards: async ({ page }, use) => use(new BoardsPage(page)),
  board: async ({ page }, use) => use(new BoardPage(page)),
  look: async ({ page }, use, testInfo) => use((name) => lookAt(page, testInfo.project.name, name)),
  // biome-ignore lint/correctness/noEmptyPattern: the shape that Playwright reads the names of fixtures from.
  mbm: async ({}, use) => use((...args) => runMbm(process.env.CLOUDMANAGER_TEST_DATA ?? '', args)),
});

export { expect };
