// A person with a browser: opens a link, signs in, accepts or cancels, and says what page they end on.
//
//   node browse.mjs LINK accept|cancel provider|sandbox [pin|refuse]
//
// `provider` knows the development pages of oidc-provider, `sandbox` those of dineroscope's own sandbox. Prints one
// line of JSON when a page of the listener (any page on `localhost`) is shown. Where the listener speaks TLS, `pin`
// takes exactly the key that it shows, and `refuse` takes none: then the line says how the browser refused it.

import { createHash, X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { chromium } from 'playwright-core';

const [link, decision, site, certificate] = process.argv.slice(2);
const PATIENCE = 30_000;
const mode = new URL(link).searchParams.get('response_mode');

const pages = {
  provider: {
    signIn: async (page) => {
      await page.fill('input[name=login]', 'søren');
      await page.fill('input[name=password]', 'any will do');
      await page.click('button[type=submit]');
      await page.waitForSelector('input[name=prompt][value=consent]', { state: 'attached' });
    },
    accept: (page) => page.click('button[type=submit]'),
    cancel: (page) => page.click('a[href$="/abort"]'),
  },
  sandbox: {
    signIn: async (page) => {
      await page.locator('#login').waitFor();
      await page.locator('#login button[type=submit], #login button:not([type])').first().click();
      await page.waitForSelector('#consent');
    },
    accept: (page) => page.click('#consent button[name=decision][value=accept]'),
    cancel: (page) => page.click('#consent button[name=decision][value=cancel]'),
  },
}[site];
if (!pages?.[decision]) throw new Error('usage: browse.mjs LINK accept|cancel provider|sandbox');

const loopback = (address) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname);

// The hash of the key that the listener shows, as Chromium pins it.
const keyHash = () => new Promise((resolve, reject) => {
  const { port } = new URL(new URL(link).searchParams.get('redirect_uri'));
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false }, () => {
    const { publicKey } = new X509Certificate(socket.getPeerCertificate(true).raw);
    socket.end();
    resolve(createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64'));
  });
  socket.on('error', reject);
});
const pins = certificate === 'pin' ? [`--ignore-certificate-errors-spki-list=${await keyHash()}`] : [];

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--no-proxy-server',
    ...pins,
  ],
});
try {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  // The provider's pages ask for a web font; nothing but loopback is reached.
  await page.route('**/*', (route) => (loopback(route.request().url()) ? route.continue() : route.abort()));
  // Every address that a page stood on, as far as the browser's history knows.
  const stood = [];
  page.on('framenavigated', (frame) => frame === page.mainFrame() && stood.push(frame.url()));
  // The code that the browser brought to the listener, to look for where it must not be.
  let code = '';
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== 'localhost') return;
    const posted = request.postData();
    const fields = posted?.startsWith('{') ? JSON.parse(posted).fragment : posted ?? new URL(request.url()).search;
    code ||= new URLSearchParams(fields).get('code') ?? '';
  });

  const opened = await page.goto(link);
  if (opened.status() >= 400) throw new Error(`the link answers ${opened.status()}: ${await page.innerText('body')}`);
  await pages.signIn(page);
  const consent = await page.innerText('body');
  const consentLanguage = await page.getAttribute('html', 'lang');
  if (certificate === 'refuse') {
    const [failed] = await Promise.all([
      page.waitForEvent('requestfailed', (request) => new URL(request.url()).hostname === 'localhost'),
      pages[decision](page),
    ]);
    process.stdout.write(`${JSON.stringify({ refused: failed.failure().errorText })}\n`);
    process.exit(0);
  }
  // A query or a fragment is sent on to a page without one.
  const isLast = (address) => address.hostname === 'localhost'
    && (!['query', 'fragment'].includes(mode) || address.pathname.startsWith('/dineroscope/'));
  await Promise.all([page.waitForURL(isLast, { waitUntil: 'commit' }), pages[decision](page)]);
  await page.locator('main h1').waitFor();
  const session = await context.newCDPSession(page);
  const { entries } = await session.send('Page.getNavigationHistory');
  process.stdout.write(`${JSON.stringify({
    url: page.url(),
    title: await page.title(),
    text: await page.innerText('body'),
    history: stood,
    entries: entries.map((entry) => entry.url),
    code,
    language: await page.getAttribute('html', 'lang'),
    consent,
    consent_language: consentLanguage,
  })}\n`);
} finally {
  await browser.close();
}
