import { expect, it } from 'vitest';
import { parseFirmwareName, parseListing, suitabilityOf } from './listing.ts';
import { HALF_MB, Mirror, OLD, ONE_MB, PAGE, PREVIEW, STABLE } from './mirror.fixture.ts';

const PAGE_URL = `https://micropython.org${PAGE}`;

it('finds this site’s firmware of this board on the page, the newest first, each once', async () => {
  const mirror = await Mirror.start();
  const html = mirror.html() + mirror.html().replaceAll('"', "'");
  await mirror.stop();
  const listed = parseListing(html, PAGE_URL);
  expect(listed.map(({ id }) => id)).toEqual([PREVIEW, STABLE, ONE_MB, HALF_MB, OLD]);
  expect(listed[1]).toEqual({
    id: STABLE,
    url: `https://micropython.org/resources/firmware/${STABLE}.bin`,
    version: '1.28.0',
    variant: 'standard',
    date: '2026-04-06',
    preview: false,
  });
});

it.each([
  ['no links', '<p>Nothing here.</p>'],
  ['nothing', ''],
  ['another site', `<a href="https://evil.example/resources/firmware/${STABLE}.bin">`],
  ['another folder', `<a href="/elsewhere/${STABLE}.bin">`],
  ['a script', '<a href="javascript:alert(1)">'],
  ['a query', `<a href="/resources/firmware/${STABLE}.bin?x=1">`],
  ['half a link', '<a href="/resources/firmware/ESP8266_GENERIC-2026'],
  ['a way out of the folder', `<a href="/resources/firmware/../../etc/${STABLE}.bin">`],
])('a page with %s lists nothing', (_what, html) => {
  expect(parseListing(html, PAGE_URL)).toEqual([]);
});

it('reads names as the build writes them and no others', () => {
  expect(parseFirmwareName(`${PREVIEW}.bin`)).toMatchObject({
    version: '1.29.0-preview.14.g1c3c201149',
    preview: true,
    variant: 'standard',
  });
  expect(parseFirmwareName('ESP8266_GENERIC-FLASH_2M_ROMFS-20250415-v1.25.bin')).toMatchObject({
    version: '1.25.0',
    variant: 'FLASH_2M_ROMFS',
  });
  for (const name of [
    'esp8266-20220618-v1.19.1.bin',
    'ESP32_GENERIC-20260406-v1.28.0.bin',
    'ESP8266_GENERIC-20260406-v1.28.0.bin.sig',
    'ESP8266_GENERIC-20260406-v1.28.0-dirty.bin',
    'ESP8266_GENERIC-2026-v1.28.0.bin',
    `${'A'.repeat(10_000)}.bin`,
  ])
    expect(parseFirmwareName(name)).toBeUndefined();
});

it('orders previews by their number, before the release that they lead to', () => {
  const of = (...names: string[]) =>
    names.map((name) => `<a href="/resources/firmware/ESP8266_GENERIC-${name}.bin">`).join('');
  const html = of(
    '20260101-v1.9.0',
    '20260501-v1.29.0-preview.9.gabcdef',
    '20260502-v1.29.0-preview.10.gabcdef',
    '20260601-v1.29.0',
  );
  expect(parseListing(html, PAGE_URL).map(({ version }) => version)).toEqual([
    '1.29.0',
    '1.29.0-preview.10.gabcdef',
    '1.29.0-preview.9.gabcdef',
    '1.9.0',
  ]);
});

it('says which variants can carry the client, and on how much flash', () => {
  expect(suitabilityOf('standard')).toMatchObject({ usable: true, minFlashBytes: 2 * 1024 * 1024 });
  expect(suitabilityOf('FLASH_1M')).toMatchObject({ usable: true, minFlashBytes: 1024 * 1024 });
  expect(suitabilityOf('FLASH_512K')).toMatchObject({ usable: false, why: expect.stringContaining('file system') });
  expect(suitabilityOf('OTA')).toMatchObject({ usable: false, why: expect.stringContaining('loader') });
  expect(suitabilityOf('FLASH_8M')).toMatchObject({ usable: false, minFlashBytes: null });
});
