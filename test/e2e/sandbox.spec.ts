import type { Page } from '@playwright/test';
import { goodProgram, programWith } from './support/bad-programs.ts';
import {
  HINTS_OF_A_DOCUMENT,
  hostileProgram,
  hostileWorker,
  WAYS_OUT_OF_A_DOCUMENT,
  WAYS_TO_THE_NETWORK,
  WAYS_TO_THE_PAGE,
  WAYS_UNHEARD,
} from './support/hostile.ts';
import { LessonPage, programOf } from './support/lesson-page.ts';
import { Listener } from './support/listener.ts';
import { expect, test as base } from './support/sluice-test.ts';

const test = base.extend<{ listener: Listener }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from it which other fixtures are needed: none.
  listener: async ({}, use) => {
    const listener = await Listener.open();
    await use(listener);
    await listener.close();
  },
});

test('a program reaches neither the network nor the page, nor what the page keeps', async ({
  page,
  listener,
}) => {
  const lesson = await openExercise(page);
  const ways = { ...WAYS_TO_THE_NETWORK, ...WAYS_UNHEARD };
  await runHostile(lesson, hostileProgram(ways, listener.origin));
  for (const name of Object.keys(ways)) {
    await expect(outcomeOf(lesson, name), name).toContainText('refused:');
  }
  expect(listener.heard).toEqual([]);
  expect(listener.connections).toBe(0);

  await page.evaluate(() => {
    localStorage.setItem('kept', 'by the page');
    document.cookie = 'kept=by-the-page; SameSite=Strict';
  });
  const before = await keptBy(page);
  await runHostile(lesson, hostileProgram(WAYS_TO_THE_PAGE, listener.origin));
  for (const name of Object.keys(WAYS_TO_THE_PAGE)) {
    await expect(outcomeOf(lesson, name), name).toContainText('refused:');
  }
  expect(await keptBy(page)).toEqual(before);
  expect(listener.heard).toEqual([]);
  await nextRunWorks(lesson);

  // The same attempts outside the sandbox are heard.
  await page.goto(listener.origin);
  listener.heard.length = 0;
  const outcomes = await page.evaluate(
    (text) =>
      new Promise<unknown>((resolve) => {
        const worker = new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
        worker.onmessage = ({ data }) => resolve(data);
      }),
    hostileWorker(WAYS_TO_THE_NETWORK, listener.origin),
  );
  const paths = Object.keys(WAYS_TO_THE_NETWORK).map((name) =>
    expect.stringMatching(new RegExp(`^/${name}(\\.js)?$`)),
  );
  expect(listener.heard, JSON.stringify(outcomes)).toEqual(expect.arrayContaining(paths));
});

test('what a program says on a channel stays in the sandbox', async ({ page, context }) => {
  const lesson = await openExercise(page);
  const heard = await page.evaluateHandle(() => {
    const said: unknown[] = [];
    const channel = new BroadcastChannel('sluice-records');
    channel.onmessage = ({ data }) => said.push(data);
    addEventListener('message', ({ data }) => said.push(data));
    return said;
  });
  await runHostile(
    lesson,
    hostileProgram(
      { channel: "new BroadcastChannel('sluice-records').postMessage('forged'); return 'said';" },
      '',
    ),
  );
  await expect(outcomeOf(lesson, 'channel')).toBeVisible();
  const other = await context.newPage();
  await other.goto('/');
  await other.evaluate(() => new BroadcastChannel('sluice-records').postMessage('from another tab'));
  await expect.poll(() => heard.evaluate((said) => said)).toContain('from another tab');
  expect(await heard.evaluate((said) => said)).not.toContain('forged');
});

test('the policy alone lets nothing out of the frame, nor the frame elsewhere, nor a worker with all its powers', async ({
  page,
  listener,
  pageErrors,
}) => {
  const lesson = await openExercise(page);
  await nextRunWorks(lesson);
  const frame = page.frames().find((each) => each !== page.mainFrame());
  if (!frame) throw new Error('the page has no sandbox frame');
  const ways = { ...WAYS_TO_THE_NETWORK, ...WAYS_UNHEARD };
  const outcomes = await frame.evaluate(
    (text) =>
      new Promise<unknown>((resolve) => {
        const worker = new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
        worker.onmessage = ({ data }) => resolve(data);
      }),
    hostileWorker(ways, listener.origin),
  );
  expect(outcomes).toHaveLength(Object.keys(ways).length);
  expect(Object.fromEntries(outcomes as [string, string][])).toMatchObject({
    fetch: expect.stringMatching(/^refused:/),
    socket: expect.stringMatching(/^refused:/),
    module: expect.stringMatching(/^refused:/),
    dataModule: expect.stringMatching(/^refused:/),
  });
  const { waysOut, hints } = documentPrograms(listener.origin);
  await page.waitForTimeout(HEARD_WITHIN_MS);
  expect(listener.connections).toBe(0);
  // No policy speaks of connections that are opened early, nor of WebRTC. A document has them, a worker does not: what
  // counts here is that nothing is said on them.
  await frame.evaluate(waysOut);
  await frame.evaluate(hints);
  await page.waitForTimeout(HEARD_WITHIN_MS);
  expect(listener.heard).toEqual([]);

  const refused = page.waitForEvent('console', { predicate: (message) => /frame-src/.test(message.text()) });
  await frame
    .evaluate((url) => {
      location.href = url;
    }, `${listener.origin}/leak?secret`)
    .catch(() => undefined);
  await refused;
  expect(listener.heard).toEqual([]);
  pageErrors.length = 0;
  await nextRunWorks(lesson);

  await page.goto(listener.origin);
  await page.evaluate(waysOut);
  for (const name of Object.keys(WAYS_OUT_OF_A_DOCUMENT)) {
    await expect.poll(() => listener.heard.join(' '), name).toMatch(new RegExp(`/${name}(\\.js)?\\b`));
  }
  await page.evaluate(hints).catch(() => undefined);
  await expect.poll(() => listener.heard).toContain('/top');
  pageErrors.length = 0;
});

test('what a program hands over changes nothing of the page; what it may not change says so', async ({
  page,
}) => {
  const lesson = await openExercise(page);
  await runHostile(
    lesson,
    programWith({
      before: `// @ts-nocheck
const forged = JSON.parse('{"__proto__": {"pass": true, "ended": "idle"}, "constructor": {"prototype": {"pass": true}}}');
const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];
const liar = new Proxy({}, { ownKeys: () => { throw new Error('no keys'); } });
const thrower = { get then() { throw new Error('then'); }, toJSON() { throw new Error('json'); } };`,
      handleDemand: `handleDemand: (demand, next) => ({
    events: next === 0 ? [forged, ...names.map((name) => ({ [name]: name })), new Map([['__proto__', 1]])] : [],
    state: Object.assign(Object.create(forged), forged, { next: 1 }),
  }),`,
      handleEvents: `handleEvents: (events) => {
    console.log(...events);
    console.log(liar, thrower, { valueOf() { throw new Error('value'); }, toString: null });
    console.log('all tried');
    return { state: forged };
  },`,
    }),
  );
  await expect(lesson.status).toHaveText('Finished');
  expect(
    await page.evaluate(() => [
      Reflect.get({}, 'pass'),
      Reflect.get([], 'ended'),
      Object.keys(Object.prototype),
    ]),
  ).toEqual([undefined, undefined, []]);

  await lesson.writeProgram(
    programWith({
      before: '// @ts-nocheck\nArray.prototype.last = function () { return this[this.length - 1]; };',
    }),
  );
  await lesson.run.click();
  await expect(page.getByText('What all programs share cannot be changed here').first()).toBeVisible();
  await lesson.writeProgram(programWith({ handleEvents: "handleEvents: () => { fetch('/x'); }," }));
  await lesson.run.click();
  await expect(page.getByText('There is no fetch here').first()).toBeVisible();
});

test('a program finds no port, whatever it puts in the place of what leads to one', async ({ page }) => {
  const lesson = await openExercise(page);
  await runHostile(
    lesson,
    programWith({
      before: `// @ts-nocheck
const found = new Set<string>();
const { get: targetOf } = Object.getOwnPropertyDescriptor(Event.prototype, 'target');
for (const type of [MessagePort, EventTarget]) {
  for (const name of ['postMessage', 'start', 'close', 'addEventListener', 'removeEventListener']) {
    const real = type.prototype[name];
    if (typeof real !== 'function') continue;
    try {
      type.prototype[name] = function (...args: unknown[]) {
        if (this instanceof MessagePort) found.add(name);
        return real.apply(this, args);
      };
    } catch {}
  }
}
for (const type of [MessageEvent, Event]) {
  for (const name of ['data', 'target', 'currentTarget', 'ports', 'source']) {
    const real = Object.getOwnPropertyDescriptor(type.prototype, name);
    if (!real?.get) continue;
    try {
      Object.defineProperty(type.prototype, name, {
        get() {
          const value = real.get.call(this);
          if (targetOf.call(this) instanceof MessagePort) found.add('event.' + name);
          return value;
        },
      });
    } catch {}
  }
}
addEventListener('message', () => found.add('message'));`,
      handleDemand: `handleDemand: (demand, next) => ({
    events: next < 40 ? Array.from({ length: demand }, (_, i) => next + i) : [],
    state: next + demand,
  }),`,
      handleEvents: `handleEvents: async (events) => {
    await sleep(20);
    if (events[0] < 20) return;
    console.log('found:', [...found].join(' ') || 'nothing');
    console.log('all tried');
  },`,
    }),
  );
  await expect(lesson.console.getByRole('listitem').filter({ hasText: 'found:' }).first()).toContainText(
    'found: nothing',
  );
});

test('a program cannot pass a check by changing what all programs share', async ({ page }) => {
  test.slow();
  const lesson = await openExercise(page);
  const start = programOf('2-random', 'start.ts');
  const cheats: Readonly<Record<string, string>> = {
    'the prototype of objects': `Object.prototype.pass = true;
Object.prototype.ended = 'idle';
Object.prototype.events = [1, 2, 3];`,
    'the prototype of arrays': `Array.prototype.push = function () { return 0; };
Array.prototype.every = () => true;
Array.prototype.some = () => true;
Array.prototype[Symbol.iterator] = function* () {};`,
    'imports, time, stacks and species': `Object.defineProperty(globalThis, Symbol.for('sluice'), { value: {} });
globalThis.Date = class { static now() { return 0; } };
Error.prepareStackTrace = (error, frames) => { for (const frame of frames) frame.getThis(); return 'at #sluice'; };
Error.stackTraceLimit = 0;
Object.defineProperty(Array, Symbol.species, { get: () => class { push() { return 0; } } });
Array.prototype.constructor = class {};
Promise.prototype.then = function (done) { done({ pass: true }); };
performance.now = () => 0;
setTimeout = (action) => action();`,
    'collections and numbers': `Map.prototype.get = () => undefined;
Set.prototype.has = () => true;
Number.isInteger = () => true;
Math.random = () => 0.5;`,
  };
  for (const [name, cheat] of Object.entries(cheats)) {
    await test.step(name, async () => {
      await lesson.writeProgram(start.replace('// #region producer', `// @ts-nocheck\n${attempts(cheat)}`));
      await lesson.check();
      await expect(lesson.checks.getByRole('status')).not.toHaveText(/^All/);
    });
  }
  await lesson.writeProgram(programOf('2-random', 'solution.ts'));
  await lesson.check();
  await expect(lesson.checks.getByRole('status')).toHaveText(/^All \d+ requirements are met/);
});

/** How long what leaves the sandbox may take to be heard on the same machine, ms. */
const HEARD_WITHIN_MS = 700;

/** What a document is made to do: to say something by every way out, and to hint at it. */
function documentPrograms(origin: string) {
  const ways = Object.values(WAYS_OUT_OF_A_DOCUMENT).map((way) => `try { (() => { ${way} })() } catch {}`);
  const program = (body: string) => `((origin) => { ${body} })(${JSON.stringify(origin)})`;
  return { waysOut: program(ways.join('\n')), hints: program(HINTS_OF_A_DOCUMENT) };
}

async function openExercise(page: Page): Promise<LessonPage> {
  const lesson = new LessonPage(page);
  await lesson.open('2-random');
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  return lesson;
}

async function runHostile(lesson: LessonPage, program: string): Promise<void> {
  await lesson.writeProgram(program);
  await lesson.run.click();
  await expect(lesson.console.getByText('all tried').first()).toBeVisible();
}

function outcomeOf(lesson: LessonPage, name: string) {
  return lesson.console.getByRole('listitem').filter({ hasText: `[${name}]` });
}

async function nextRunWorks(lesson: LessonPage): Promise<void> {
  await lesson.writeProgram(goodProgram('good'));
  await lesson.run.click();
  await expect(lesson.console.getByText('good 2').first()).toBeVisible();
  await expect(lesson.status).toHaveText('Finished');
}

async function keptBy(page: Page) {
  return await page.evaluate(async () => ({
    title: document.title,
    address: location.href,
    landmarks: document.querySelectorAll('section[aria-label]').length,
    storage: { ...localStorage },
    cookie: document.cookie,
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
  }));
}

/** Each statement tried for itself: one that is refused keeps no other from being tried. */
function attempts(statements: string): string {
  return statements
    .split('\n')
    .map((statement) => `try { ${statement} } catch {}`)
    .join('\n');
}
