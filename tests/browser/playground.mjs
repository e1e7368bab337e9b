// The playground in a real browser.
//
//   node playground.mjs URL TOKEN     against a running service, e.g. http://127.0.0.1:8000
//   node playground.mjs --self-check  against a stub, which is also broken on purpose
//   SCREENSHOT=file.png               keeps a picture of the end
//   CHROMIUM=/usr/bin/chromium        another browser
//
// Prints one line of JSON; leaves with 0 if all is well, 1 if not.
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const PATIENCE = 20_000;
// A service may keep its schema from people without a token. Chromium logs such an answer as an
// error; as many of these as there were anonymous refusals are forgiven.
const REFUSAL = '/graphql answered with a status of 4xx';

export async function visit(url, token) {
  const origin = new URL(url).origin;
  const saw = { ok: false, url: `${origin}/playground`, problems: [], requests: 0, foreign: [], violations: [], console: [] };
  let refusals = 0; // of requests without a token
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'es-MX' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);

    const local = (address) => /^(data|blob|about):/.test(address) || new URL(address).origin === origin;
    // No foreign request leaves this machine, but each is a failure.
    await context.route((address) => !local(address.href), (route) => route.abort());
    page.on('request', (request) => {
      saw.requests += 1;
      if (!local(request.url())) saw.foreign.push(request.url());
    });
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== new URL(origin).host) saw.foreign.push(socket.url());
    });
    page.on('pageerror', (error) => saw.console.push(`uncaught: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const refusal = message.location().url === `${origin}/graphql` && /Failed to load resource.* 4\d\d\b/.test(message.text());
      saw.console.push(refusal ? REFUSAL : message.text());
    });
    page.on('response', (answer) => {
      const anonymous = !answer.request().headers().authorization;
      if (anonymous && answer.url() === `${origin}/graphql` && answer.status() >= 400 && answer.status() < 500) refusals += 1;
    });
    await page.exposeBinding('reportViolation', (_, what) => saw.violations.push(what));
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => {
        window.reportViolation?.(`${event.effectiveDirective}: ${event.blockedURI} (${event.sourceFile ?? ''}:${event.lineNumber})`);
      });
    });

    const response = await page.goto(saw.url);
    saw.policy = response.headers()['content-security-policy'] ?? '';
    if (response.status() !== 200) saw.problems.push(`/playground answers ${response.status()}`);
    saw.problems.push(...weak(saw.policy));

    // Paste the token, as a person would.
    await page.locator('#token').evaluate((field, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', text);
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, token);
    saw.identity = oneLine(await page.locator('#identity').innerText());

    const kept = await page.evaluate((text) => ({
      session: Object.values(sessionStorage).includes(text),
      elsewhere: [...Object.values(localStorage), document.cookie, location.href].some((value) => value.includes(text)),
      fields: [...document.querySelectorAll('input, textarea')].some((field) => field.value.includes(text)),
    }), token);
    if (!kept.session) saw.problems.push('the token is not in sessionStorage');
    if (kept.elsewhere) saw.problems.push('the token is kept outside sessionStorage');
    if (kept.fields) saw.problems.push('the token is left readable in a field');

    // The first query (not a mutation or subscription) in the menu; it begins with the token's own roles.
    await page.locator('#examples option[value="0"]').waitFor({ state: 'attached' });
    const examples = await page.evaluate(() => fetch('/playground/examples.json').then((r) => r.json()));
    const order = await page.locator('#examples option:not([disabled])').evaluateAll((options) => options.map(({ value }) => Number(value)));
    const choice = order.find((i) => !/^\s*(mutation|subscription)\b/m.test(examples[i].query));
    if (choice === undefined) throw new Error('no example is a query');
    saw.role = examples[choice].role;
    saw.example = examples[choice].titleEs;
    await page.locator('#examples').selectOption(String(choice));

    // The service's schema must have arrived: the documentation shows its root type.
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer-root-type').first().waitFor()
      .catch(() => saw.problems.push('no schema: introspection failed'));

    const sent = page.waitForRequest((request) => request.url() === `${origin}/graphql` && !request.postData()?.includes('IntrospectionQuery'));
    await page.locator('.graphiql-execute-button').click();
    const request = await sent;
    const headers = await request.allHeaders();
    if (headers.authorization !== `Bearer ${token}`) saw.problems.push('the token was not sent');
    if (headers.accept !== 'application/graphql-response+json, application/json') saw.problems.push(`accept: ${headers.accept}`);
    saw.status = (await request.response()).status();

    const result = await page.waitForFunction(() => {
      const text = document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue();
      try { return JSON.parse(text); } catch { return null; }
    });
    const { data, errors } = await result.jsonValue();
    saw.data = JSON.stringify(data ?? null).slice(0, 200);
    if (!data || Object.values(data).every((value) => value === null)) saw.problems.push('the result pane shows no data');
    if (errors) saw.problems.push(`the result has errors: ${JSON.stringify(errors).slice(0, 500)}`);

    // What opens on top must obey the policy as well: completion, search, dialog, menu.
    const editor = page.locator('.graphiql-query-editor .CodeMirror textarea');
    await editor.focus();
    await page.keyboard.press('Control+Space');
    await page.locator('.CodeMirror-hints').waitFor().catch(() => saw.problems.push('no completion'));
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+f');
    await page.locator('.CodeMirror-search-field').waitFor().catch(() => saw.problems.push('no search'));
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Open settings dialog' }).click();
    await page.locator('.graphiql-dialog').waitFor();
    await page.keyboard.press('Escape');

    // All that a query finds, as a file: whatever page of it the query asks for.
    await page.locator('.graphiql-query-editor .CodeMirror').evaluate((editor, query) => editor.CodeMirror.setValue(query),
      '{ organizations(first: 1) { totalCount nodes { id name } } }');
    await page.locator('.graphiql-editor-tool .CodeMirror').first().evaluate((editor) => editor.CodeMirror.setValue(''));
    const coming = page.waitForEvent('download');
    await page.locator('#download').click();
    const file = await coming.catch(() => null);
    saw.download = oneLine(await page.locator('#download-status').innerText());
    if (file) {
      const lines = (await readFile(await file.path(), 'utf8')).split('\r\n');
      if (lines[0] !== '\uFEFFid,name') saw.problems.push(`the file begins with ${lines[0]}`);
      if (!lines[1]?.startsWith('org_')) saw.problems.push('the file has no organization');
      if (!/^vinculo.*\.csv$/.test(file.suggestedFilename())) saw.problems.push(`the file is called ${file.suggestedFilename()}`);
    } else saw.problems.push(`no file came: ${saw.download}`);

    // The token outlives a reload, not its tab.
    await page.reload();
    await page.locator('#identity').waitFor();
    const other = await context.newPage();
    await other.goto(saw.url);
    await other.locator('#token').waitFor().catch(() => saw.problems.push('a new tab knows the token'));
    await other.close();
    await page.bringToFront();
    await page.locator('.graphiql-doc-explorer-root-type, .graphiql-query-editor').first().waitFor();
    if (process.env.SCREENSHOT) {
      await page.locator('.graphiql-execute-button').click();
      await page.waitForFunction(() => document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue());
      await page.mouse.move(640, 790);
      await page.screenshot({ path: process.env.SCREENSHOT });
    }
    await page.locator('#remove-token').click();
    await page.locator('#token').waitFor();
    if (await page.evaluate((text) => Object.values(sessionStorage).includes(text), token)) saw.problems.push('«Quitar» leaves the token');
  } catch (error) {
    saw.problems.push(oneLine(error.message));
  } finally {
    await browser.close();
  }
  saw.console = saw.console.filter((text) => text !== REFUSAL || refusals-- <= 0);
  saw.ok = [saw.problems, saw.foreign, saw.violations, saw.console].every((list) => list.length === 0);
  return saw;
}

/** What is wrong with a content security policy. */
function weak(policy) {
  const problems = [];
  if (!/(^|;)\s*default-src '(none|self)'\s*(;|$)/.test(policy)) problems.push("policy: default-src is not 'none' or 'self'");
  if (policy.includes("'unsafe-")) problems.push('policy: something unsafe is allowed');
  if (/https?:|wss?:|\*/.test(policy)) problems.push('policy: names another host');
  return problems;
}

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

async function selfCheck() {
  const { start, sampleToken } = await import('./stub.mjs');
  const faults = { none: true, closedSchema: true, foreign: false, inlineStyle: false, noPolicy: false, refusal: false, failedJob: false };
  let right = true;
  for (const [fault, expected] of Object.entries(faults)) {
    const stub = await start(fault);
    const saw = await visit(stub.url, sampleToken());
    stub.close();
    right &&= saw.ok === expected;
    console.log(JSON.stringify({ fault, expected, right: saw.ok === expected, ...saw }));
  }
  return right;
}

const [url, token] = process.argv.slice(2);
if (url === '--self-check') {
  process.exitCode = (await selfCheck()) ? 0 : 1;
} else if (url && token) {
  const saw = await visit(url, token);
  console.log(JSON.stringify(saw));
  process.exitCode = saw.ok ? 0 : 1;
} else {
  console.error('usage: node playground.mjs URL TOKEN | --self-check');
  process.exitCode = 1;
}
