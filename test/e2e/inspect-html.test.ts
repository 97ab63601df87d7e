import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkpoint, run } from '../support/copies.ts';
import { get, PROGRAMS } from '../support/crac.ts';
import { missing } from '../support/debian.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts();
const noBrowser = missing('chromium-headless-shell');
const EVIL = '</title><script>document.documentElement.dataset.evil="yes"</script><img src=x onerror=0>';

/** The page as a browser has it when all of it was loaded and every script has run. */
function inBrowser(page: string): string {
  const { stdout, stderr, status } = spawnSync(
    'chromium-headless-shell',
    [
      '--no-sandbox',
      '--disable-gpu',
      '--virtual-time-budget=2000',
      `--user-data-dir=${place.path('browser')}`,
      '--dump-dom',
      `file://${page}`,
    ],
    { encoding: 'utf8', timeout: 120_000, maxBuffer: 1 << 26 },
  );
  expect(status, stderr).toBe(0);
  return stdout;
}

async function make(): Promise<void> {
  const script = join(PROGRAMS, 'http-server.js');
  const program = run(place, {
    image,
    words: ['--label', 'app=<b>bold</b>', script, EVIL],
    port: PORT,
    env: { DB_PASSWORD: `ghp_${'a1B2'.repeat(9)}`, SOME_VALUE: 'the value itself' },
  });
  await get(PORT);
  await checkpoint(place, program, image);
}

test('a page with memory, mappings, files and secrets by name; nothing of an image is code in it', async () => {
  await make();
  const page = place.path('image.html');
  expect(await place.crac('inspect', image, `--html=${page}`)).toEqual({
    code: 0,
    signal: null,
    stdout: '',
    stderr: '',
  });
  expect(statSync(page).mode & 0o777).toBe(0o600);
  const html = readFileSync(page, 'utf8');
  expect(html.startsWith('<!doctype html>')).toBe(true);
  const sections = [...html.matchAll(/<section id="([a-z]+)">/g)].map(([, id]) => id);
  expect(sections).toEqual(
    'summary memory mappings descriptors ports environment secrets asks files'.split(' '),
  );
  // Self-contained: nothing is loaded, nothing runs.
  expect(html).not.toMatch(/<script|<link|<iframe|<img|<object|<[^>]*\s(src|href|on\w+)=|url\(|@import/i);
  expect(html).toContain('&lt;/title&gt;&lt;script&gt;');
  expect(html).toContain('<td>app=&lt;b&gt;bold&lt;/b&gt;</td>');
  expect(html).toMatch(/<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="[\d.]+"><title>V8 heap: /);
  expect(html).toContain(`127.0.0.1:${PORT}`);
  // Secrets: names, never values.
  expect(html).toContain('<tr><td>DB_PASSWORD</td><td>a secret, by its name</td></tr>');
  expect(html).toContain('<tr><td>SOME_VALUE</td><td></td></tr>');
  expect(html).toMatch(/<td>GitHub token<\/td><td>\d+<\/td>/);
  expect(html).not.toContain('ghp_');
  expect(html).not.toContain('the value itself');

  const printed = await place.crac('inspect', image, '--html');
  expect(printed.stdout).toBe(html);
  expect((await place.crac('inspect', image, '--html=/nowhere/at/all')).code).toBe(2);
  await place.crac('image', 'compress', image);
  expect((await place.crac('inspect', image, '--html')).stdout).toContain(
    'this image does not tell: decompress it first',
  );
});

test.skipIf(noBrowser)(`in a real browser${noBrowser && ` (${noBrowser})`}`, async () => {
  await make();
  const page = place.path('image.html');
  await place.crac('inspect', image, `--html=${page}`);
  const dom = inBrowser(page);
  expect(dom).not.toContain('data-evil');
  expect(dom).not.toMatch(/<(script|img|b|i)[ >]/);
  expect(dom.match(/<section /g)).toHaveLength(9);
  expect(dom.match(/<rect /g)?.length).toBeGreaterThan(2);
  // The same browser does run what is not escaped: the test above would see it.
  const bad = place.path('bad.html');
  writeFileSync(bad, `<!doctype html><title>${EVIL}`);
  expect(inBrowser(bad)).toContain('data-evil="yes"');
});
