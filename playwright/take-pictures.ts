/** `node playwright/take-pictures.ts` makes the pictures of README.md from what `npm run build` has built. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { type Fleet, startFleet } from '#emulator/fleet.ts';
import { DEVICE_PATH } from '#lib/api/events.ts';
import { API_BASE, type Board, type Provision } from '#lib/api/schema.ts';
import { OWNER, ROOT } from './fixtures.ts';
import { startOwnHub } from './own-hub.ts';
import { BoardPage } from './pages/board-page.ts';
import config from './playwright.config.ts';

const VIRTUAL = ['greenhouse-1', 'greenhouse-2', 'weather-1'];
const OTHERS = ['esp8266-1', 'esp8266-2', 'esp8266-3', 'pump-1', 'pump-2'];
const SIZE = { width: 1200, height: 820 };
const CODE = `import gc, sys, time

print(sys.version)
for n in range(1, 6):
    gc.collect()
    print(n, 'free heap:', gc.mem_free(), 'bytes')
    time.sleep(1)
`;

async function setUp(page: Page, setupUrl: string): Promise<void> {
  await page.goto(setupUrl);
  await page.getByLabel('Your name').fill(OWNER.name);
  await page.getByLabel('E-mail').fill(OWNER.email);
  await page.getByLabel('Team name').fill(OWNER.team);
  await page.getByRole('textbox', { name: 'Password' }).fill(OWNER.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('button', { name: 'Add a virtual board' }).waitFor();
}

/** As the console does it: with its cookie, from its own origin. */
function post<Answer>(page: Page, path: string, body: unknown): Promise<Answer> {
  const send = async ([url, json]: readonly [string, string]) => {
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: json });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  return page.evaluate(send, [API_BASE + path, JSON.stringify(body)] as const);
}

async function addFleet(page: Page, hubUrl: string): Promise<Fleet> {
  const added: Provision[] = [];
  for (const name of OTHERS) added.push(await post<Provision>(page, '/boards', { name }));
  const boards = added.slice(0, -1).map(({ board, key, epoch }) => ({ id: board.id, key, epoch }));
  const fleet = startFleet({ hubUrl: hubUrl.replace('http', 'ws') + DEVICE_PATH, boards });
  await fleet.online();
  return fleet;
}

async function takePictures(page: Page, hubUrl: string): Promise<void> {
  const shoot = (name: string) => page.screenshot({ path: join(ROOT, 'docs/images', name), animations: 'disabled' });
  const virtual: Board[] = [];
  for (const name of VIRTUAL) virtual.push(await post<Board>(page, '/virtual-boards', { name }));
  await addFleet(page, hubUrl);
  const board = new BoardPage(page);
  await page.goto(`/boards/${virtual[0]?.id}`);
  await board.expectOnline();
  await board.runCode(CODE);
  await board.output.getByText('3 free heap').waitFor();
  await shoot('board.png');
  await page.goto('/');
  await page.getByText('greenhouse-1').first().waitFor();
  await page
    .getByText(/never seen/)
    .first()
    .waitFor();
  await shoot('boards.png');
}

const dataDir = await mkdtemp(join(tmpdir(), 'cloudmanager-pictures-'));
const hub = await startOwnHub(dataDir, 0);
const browser = await chromium.launch(config.use?.launchOptions ?? {});
try {
  const page = await browser.newPage({ baseURL: hub.url, viewport: SIZE, deviceScaleFactor: 2, colorScheme: 'light' });
  await setUp(page, hub.setupUrl ?? '');
  await takePictures(page, hub.url);
} finally {
  await browser.close();
  await hub.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
}
process.exit();
