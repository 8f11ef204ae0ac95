import { expect, type Locator, type Page } from '@playwright/test';

/** One board: its facts, its editor and what its programs write. */
export class BoardPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get output(): Locator {
    return this.#page.getByRole('region', { name: /^Output text/ });
  }

  /** State of the run that is shown. */
  get runState(): Locator {
    return this.#page.getByRole('region', { name: 'Output', exact: true }).getByRole('status');
  }

  get traceback(): Locator {
    return this.#page.getByRole('region', { name: 'Traceback' });
  }

  get lastRuns(): Locator {
    return this.#page.getByRole('region', { name: 'Last runs' }).getByRole('listitem');
  }

  get run(): Locator {
    return this.#page.getByRole('button', { name: 'Run', exact: true });
  }

  get interrupt(): Locator {
    return this.#page.getByRole('button', { name: /^Interrupt/ });
  }

  heading(name: string): Locator {
    return this.#page.getByRole('heading', { level: 1, name });
  }

  async expectOnline(): Promise<void> {
    await expect(this.#page.getByText(/^online/).first()).toBeVisible({ timeout: 20_000 });
  }

  async write(code: string): Promise<void> {
    const editor = this.#page.getByRole('textbox', { name: 'Python code' });
    await editor.click();
    await this.#page.keyboard.press('ControlOrMeta+a');
    await this.#page.keyboard.insertText(code);
  }

  async runCode(code: string): Promise<void> {
    await this.write(code);
    await this.run.click();
  }

  async sendLine(line: string): Promise<void> {
    const input = this.#page.getByRole('textbox', { name: 'Input for the program' });
    await input.fill(line);
    await input.press('Enter');
  }

  async fault(label: string): Promise<void> {
    await this.#page.getByRole('button', { name: 'Faults' }).click();
    await this.#page.getByRole('menuitem', { name: new RegExp(label) }).click();
  }
}
