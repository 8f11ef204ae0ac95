/**
 * The chosen theme lives in a cookie, not in localStorage: the server writes it into the first HTML, so no page flashes and no
 * inline script is needed under the content security policy.
 */
export const THEME_COOKIE = 'cm-theme';
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const ONE_YEAR_S = 365 * 24 * 3600;

export function parseTheme(value: string | undefined): Theme {
  return themes.find((theme) => theme === value) ?? 'system';
}

/** Shows the theme at once and remembers it for the next page. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store API is absent on plain http, which is how a hub on a LAN is reached.
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${ONE_YEAR_S}; samesite=lax`;
}

export function currentTheme(): Theme {
  return parseTheme(document.documentElement.dataset.theme);
}
