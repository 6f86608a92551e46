import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as learnerApi from '../../../engine/platform/learner-api.ts';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { learnerExports } from '../../../scripts/lib/learner-exports.ts';
import { learnerTypes } from '../../../scripts/lib/learner-types.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const { declarations } = learnerTypes(ROOT);

/** A language service that sees one program and the declarations, as the one in the editor does. */
function serviceFor(source: string): ts.LanguageService {
  const files = new Map(Object.entries(declarations).map(([path, text]) => [`/node_modules/${path}`, text]));
  files.set('/start.ts', source);
  const read = (path: string) =>
    files.get(path) ?? (path.includes('/typescript/lib/lib.') ? readFileSync(path, 'utf8') : undefined);
  return ts.createLanguageService({
    getCompilationSettings: () => ({
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ['lib.esnext.d.ts', 'lib.webworker.d.ts'],
      types: [],
      strict: true,
      noEmit: true,
    }),
    getScriptFileNames: () => ['/start.ts'],
    getScriptVersion: () => '1',
    getScriptSnapshot(path) {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: (path) => read(path) !== undefined,
    readFile: read,
  });
}

/** Its errors, as `line: message`. */
function errors(source: string): string[] {
  const service = serviceFor(source);
  return [
    ...service.getSyntacticDiagnostics('/start.ts'),
    ...service.getSemanticDiagnostics('/start.ts'),
  ].map(
    ({ start = 0, messageText }) =>
      `${source.slice(0, start).split('\n').length}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  );
}

const PROGRAM = `import { consumer, pipeline, producer, producerConsumer } from 'sluice';
import { flights } from 'sluice/data';

const numbers = producer({
  init: (first: number) => first,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => next + i),
    state: next + demand,
  }),
});
const evens = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.filter((n) => n % 2 === 0) }),
});
const printer = consumer({
  handleEvents: (events: number[]) => {
    for (const n of events) console.log('Received', n, flights[n]?.origin);
  },
});
export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers, 0);
  const filter = start('evens', evens);
  const sink = start('printer', printer);
  subscribe(filter, { to: source, maxDemand: 10 });
  subscribe(sink, { to: filter, maxDemand: 4, minDemand: 2 });
});
`;

const DISPATCHERS = `import { broadcastDispatcher, consumer, none, partitionDispatcher, pipeline, producer } from 'sluice';

const words = producer({
  init: () => 0,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => ({ word: 'w' + (next + i), size: i })),
    state: next + demand,
  }),
  dispatcher: partitionDispatcher({
    partitions: ['short', 'long'],
    hash: (event: { size: number }) => (event.size < 0 ? none : [event, event.size < 3 ? 'short' : 'long']),
  }),
});
const numbers = producer({
  handleDemand: (demand) => ({ events: Array.from({ length: demand }, (_, i) => i) }),
  dispatcher: broadcastDispatcher(),
});
const reader = consumer({ handleEvents: (events: { word: string; size: number }[]) => console.log(events[0]?.word) });
const printer = consumer({ handleEvents: (events: number[]) => console.log(events.length) });
export default pipeline(({ start, subscribe }) => {
  const source = start('words', words);
  subscribe(start('a', reader), { to: source, partition: 'short' });
  subscribe(start('b', reader), { to: source, partition: 'long', maxDemand: 5 });
  const all = start('numbers', numbers);
  subscribe(start('odd', printer), { to: all, selector: (n) => n % 2 === 1 });
});
`;

const TASKS = `import { call, cast, consumer, pipeline, producer, self, send, Task, task } from 'sluice';

const square = task(async (n: number) => ({ n, squared: n * n }));
const numbers = producer({
  init: () => 0,
  handleDemand: (demand, next) => ({ events: Array.from({ length: demand }, (_, i) => next + i), state: next + demand }),
  handleCall: (request, _from, state) => ({ reply: [request, state] }),
});
const squarer = consumer({
  handleEvents: async (events: number[]) => {
    const first = Task.async(square, 1);
    const { squared } = await Task.await(first, 1_000);
    const sum: number = squared + 1;
    for await (const result of Task.asyncStream(events, square, { maxConcurrency: 3, ordered: false })) {
      if ('ok' in result) console.log(result.ok.squared.toFixed(sum));
    }
    self().sendAfter('tick', 100);
    cast('numbers', 'more');
    send('numbers', { any: 'thing' });
    console.log(await call('numbers', 'how many', 100));
  },
});
export default pipeline(({ start, subscribe }) => {
  subscribe(start('squarer', squarer), { to: start('numbers', numbers) });
});
`;

const SUPERVISION = `import { consumer, consumerSupervisor, fromIterable, pipeline, sleep } from 'sluice';

const letters = fromIterable(['a', 'b', 'c']);
const printer = consumer({ handleEvents: (events: string[]) => console.log(events.join('').toUpperCase()) });
const pool = consumerSupervisor({
  strategy: 'oneForOne',
  child: {
    restart: 'transient',
    run: async (letter: string, child) => {
      await sleep(10);
      if (!child.signal.aborted) console.log(letter.toUpperCase());
    },
  },
});
export default pipeline(({ start, subscribe, supervise }) => {
  const source = start('letters', letters);
  const sink = start('printer', printer);
  const workers = start('pool', pool);
  subscribe(sink, { to: source });
  subscribe(workers, { to: source, maxDemand: 4 });
  const inner = supervise('inner', [{ child: sink, restart: 'transient' }], { strategy: 'oneForAll' });
  supervise('all', [source, inner, workers], { strategy: 'restForOne', maxRestarts: 5, maxSeconds: 10 });
});
`;

const FLOWS = `import { consumer, Flow, pipeline, Window } from 'sluice';
import { chapters, flights } from 'sluice/data';

const delays = Flow.from(flights)
  .filter((flight) => flight.delay > 0)
  .partition({ key: 'origin', stages: 4, window: Window.fixed(1, 'hour', (flight) => flight.time) })
  .reduce(() => 0, (sum, { delay }) => sum + delay)
  .onTrigger((sum, { index }, { id }) => ({ events: [{ id, part: index, sum }], state: sum }));
const words = Flow.from(chapters)
  .flatMap(({ text }) => text.split(' '))
  .partition({ stages: 2 })
  .reduce(() => new Map<string, number>(), (counts, word) => counts.set(word, (counts.get(word) ?? 0) + 1))
  .takeSort(3, ([, a], [, b]) => b - a);
const board = consumer({ handleEvents: (rows: { part: number; sum: number }[]) => console.log(rows[0]?.sum.toFixed()) });
const list = consumer({ handleEvents: (lists: [string, number][][]) => console.log(lists[0]?.[0]?.[0].toUpperCase()) });
export default pipeline(({ start, subscribe }) => {
  subscribe(start('board', board), { to: start('delays', delays), cancel: 'transient' });
  subscribe(start('list', list), { to: start('words', words) });
});
`;

describe('learnerTypes()', () => {
  it.each([
    ['dispatchers, partitions and selectors', DISPATCHERS],
    ['tasks, calls and casts', TASKS],
    ['supervisors and pools', SUPERVISION],
    ['flows and windows', FLOWS],
  ])('infers the types of %s', (_, program) => {
    expect(errors(program)).toEqual([]);
  });

  it('refuses a strategy, a restart and a selector that are none', () => {
    const wrong = (program: string, from: string, to: string) => {
      expect(program).toContain(from);
      return errors(program.replace(from, to)).join();
    };
    expect(wrong(SUPERVISION, "'restForOne'", "'oneForMany'")).toMatch(/oneForMany/);
    expect(wrong(SUPERVISION, "restart: 'transient' }]", "restart: 'never' }]")).toMatch(/never/);
    expect(wrong(DISPATCHERS, '(n) => n % 2 === 1', '(n) => n.length')).toMatch(/length/);
    expect(wrong(TASKS, 'result.ok.squared', 'result.ok.cubed')).toMatch(/cubed/);
    expect(wrong(FLOWS, "key: 'origin'", "key: 'orign'")).toMatch(/orign/);
    expect(wrong(FLOWS, 'flight.delay', 'flight.delays')).toMatch(/delays/);
    expect(wrong(FLOWS, "'hour'", "'day'")).toMatch(/day/);
  });

  it('accepts a program as lessons write it', () => {
    expect(errors(PROGRAM)).toEqual([]);
  });

  it('leaves no import in a declaration unresolved', () => {
    const service = serviceFor(PROGRAM);
    const own = service
      .getProgram()
      ?.getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith('/node_modules/sluice/'));
    expect(own?.length).toBeGreaterThan(4);
    for (const { fileName } of own ?? []) {
      const messages = service.getSemanticDiagnostics(fileName).map(({ messageText }) => messageText);
      expect(
        messages.filter((text) => /Cannot find module/.test(String(text))),
        fileName,
      ).toEqual([]);
    }
  });

  it('has the editor say what is wrong with a program', () => {
    expect(errors(`import { producr } from 'sluice';\nproducr;`)[0]).toContain(
      `1: '"sluice"' has no exported member named 'producr'`,
    );
    expect(errors('document.title;\nexport {};')[0]).toMatch(/^1: Cannot find name 'document'/);
    expect(
      errors(PROGRAM.replace("start('numbers', numbers, 0)", 'start(\'numbers\', numbers, "0")'))[0],
    ).toMatch(/^20: .*'string'/);
    expect(
      errors(PROGRAM.replace('(events: number[]) => {', '(events: string[]) => {')).length,
    ).toBeGreaterThan(0);
  });

  it('lists the callbacks within a definition', () => {
    const source = PROGRAM.replace(
      'const evens',
      'producer({ handleDemand: () => {}, handle });\nconst evens',
    );
    const at = source.indexOf('handle });') + 'handle'.length;
    const names = serviceFor(source)
      .getCompletionsAtPosition('/start.ts', at, {})
      ?.entries.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['handleCall', 'handleCancel', 'handleCast', 'handleInfo', 'handleSubscribe']),
    );
  });

  it('shows the docs of Flow, of its methods and of its windows', () => {
    const docsAt = (before: string) => {
      const at = FLOWS.indexOf(before) + before.length + 1;
      return ts.displayPartsToString(
        serviceFor(FLOWS).getQuickInfoAtPosition('/start.ts', at)?.documentation,
      );
    };
    expect(docsAt('const delays = ')).toContain('Describes how events are handled by many stages at once');
    expect(docsAt("\n  .flatMap(({ text }) => text.split(' '))\n  .")).toContain('Begins a new layer');
    expect(docsAt('Window.')).toContain('Windows of equal length that follow one another in event time');
  });

  it('keeps the doc-comments, and fences their examples', () => {
    const info = serviceFor(PROGRAM).getQuickInfoAtPosition('/start.ts', PROGRAM.indexOf('producer({') + 1);
    expect(ts.displayPartsToString(info?.documentation)).toContain('Defines a stage that makes events');
    const example = info?.tags?.find(({ name }) => name === 'example');
    expect(ts.displayPartsToString(example?.text)).toMatch(
      /^In code:\n```ts\nconst numbers = producer\(\{\n {2}init/,
    );
    expect(ts.displayPartsToString(example?.text)).toMatch(/\}\);\n```$/);
  });
});

describe('learnerExports()', () => {
  it('names what each module exports at run time, and no type', async () => {
    const { exports } = await learnerExports(ROOT);
    expect(exports.sluice).toEqual(Object.keys(learnerApi).sort());
    expect(exports['sluice/data']).toEqual(['chapters', 'earthquakes', 'flights']);
  });
});
