import { expect, type Locator, type Page } from '@playwright/test';

/** The live list of boards. */
export class BoardsPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get filter(): Locator {
    return this.#page.getByRole('searchbox');
  }

  async open(): Promise<void> {
    await this.#page.goto('/');
    await expect(this.#page.getByRole('heading', { level: 1 })).toBeVisible();
  }

  /** A table row on a wide screen, a card on a phone. */
  row(name: string): Locator {
    return this.#page.locator('tr, li').filter({ has: this.#page.getByRole('link', { name, exact: true }) });
  }

  link(name: string): Locator {
    return this.#page.getByRole('link', { name, exact: true });
  }

  /** Ends on the page of the new board. */
  async addVirtual(): Promise<void> {
    const menu = this.#page.getByRole('button', { name: 'Add board' });
    const direct = this.#page.getByRole('button', { name: 'Add a virtual board' });
    const item = this.#page.getByRole('menuitem', { name: /Add a virtual board/ });
    // The first board of another story takes the welcome away, and its button, at any moment.
    await expect(async () => {
      if (await direct.isVisible()) return direct.click({ timeout: 2_000 });
      await menu.click({ timeout: 2_000 });
      await item.click({ timeout: 2_000 });
    }).toPass();
    await this.#page.waitForURL(/\/boards\/[0-9a-f]{32}/);
  }

  async openAddByHand(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Add board' }).click();
    await this.#page.getByRole('menuitem', { name: /Add a board by hand/ }).click();
  }
}
