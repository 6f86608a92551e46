import { describe, expect, it } from 'vitest';
import { findEndless, findEndlessLoading } from '$lib/sandbox/endless-search.ts';

/** The line, from 1, that says `here`. */
const marked = (text: string) => text.split('\n').findIndex((line) => line.includes('/* here */')) + 1;

const HEAD = `import { consumer, fromIterable, pipeline, producer, task } from 'sluice';
`;

/** A stage whose handleDemand has this body, beside another that has a loop of its own. */
const stage = (body: string, before = '') => `${HEAD}${before}
const numbers = producer({
  init: () => { while (1 > 0) {} },
  handleDemand: (demand) => {
    ${body.replaceAll('\n', '\n    ')}
  },
});
export default pipeline(({ start }) => start('numbers', numbers));
`;

const found = (text: string, callback = 'handleDemand', name = 'numbers') => {
  const endless = findEndless({ 'start.ts': text }, name, callback);
  return endless && [endless.place.line, endless.what];
};

describe('`findEndless()`', () => {
  it.each([
    [
      'the only loop',
      stage('const events = [];\nwhile (events.length < demand) {} /* here */\nreturn { events };'),
    ],
    ['the end of do … while', stage('let i = 0;\ndo { i = 0; } while (i < 1); /* here */')],
    [
      'the one without an end among others',
      stage('for (let i = 0; i < 3; i += 1) {}\nfor (;;) {} /* here */\nwhile (demand > 1) {}'),
    ],
    [
      'the one in a function that is called',
      stage(
        'return spin(demand);',
        'function spin(n: number) {\n  while (true) n += 1; /* here */\n}\nfunction other() { for (;;); }',
      ),
    ],
    [
      'the one in a function of a function',
      stage('return a();', 'const a = () => b();\nconst b = (): never => {\n  for (;;) {} /* here */\n};'),
    ],
    [
      'the one that walks along a generator without end',
      stage(
        'for (const n of all()) demand += n; /* here */',
        'function* all() {\n  while (true) yield 1;\n}',
      ),
    ],
    [
      'what spreads such a generator',
      stage(
        'const list = [...all()]; /* here */\nreturn { events: list };',
        'function* all() { for (;;) { yield 1; } }',
      ),
    ],
    [
      'the one in a generator that yields nothing',
      stage('for (const n of none()) demand += n;', 'function* none() {\n  while (true) {} /* here */\n}'),
    ],
    ['the one that waits for nothing', stage('for (;;) await null; /* here */')],
    [
      'not what stands in a text or a regular expression',
      stage("const text = 'while (true)' + `for (;;)` + /while (1)'/;\nwhile (text) {} /* here */"),
    ],
  ])('finds %s', (_, text) => {
    expect(found(text)).toEqual([marked(text), 'loop']);
  });

  it('finds a regular expression that repeats what repeats, where there is no loop', () => {
    const text = stage("return /^(a+)+$/.test('a'.repeat(40)) ? {} : { events: [] }; /* here */");
    expect(found(text)).toEqual([marked(text), 'expression']);
    expect(found(stage("return { events: 'a/b'.split(/[a-z]+/) };"))).toEqual([5, null]);
  });

  it('does not suspect one of several, nor what walks along a list', () => {
    expect(found(stage('while (demand > 1) {}\nwhile (demand > 2) {}'))).toEqual([5, null]);
    expect(found(stage('for (const n of [1, 2]) console.log(n);\nreturn deeper();'))).toEqual([5, null]);
  });

  it.each([
    ['hash', 'dispatcher: partitionDispatcher({ partitions: 2, hash: (n) => { while (n) {} /* here */ } })'],
    ['selector', 'selector: (n) => { while (n) {} /* here */ }'],
  ])('looks into a %s, which runs between two callbacks', (_, option) => {
    const text = stage('return { events: [1] };', `const options = { maxDemand: 1,\n  ${option} };`);
    expect(found(text)).toEqual([marked(text), 'loop']);
  });

  it('looks into what a source reads, into tasks and timers', () => {
    const source = `${HEAD}
function* endless() {
  let n = 0;
  while (n < 1) {} /* here */
}
export default pipeline(({ start }) => start('numbers', fromIterable(endless)));
`;
    expect(found(source)).toEqual([marked(source), 'loop']);
    const work = stage(
      'return {};',
      'const double = task((n: number) => {\n  while (n > 0) {} /* here */\n});',
    );
    expect(found(work, 'task "task 1"')).toEqual([marked(work), 'loop']);
    const timer = stage('setTimeout(() => {\n  for (;;) {} /* here */\n});');
    expect(found(timer, 'a timer')).toEqual([marked(timer), 'loop']);
  });

  it('looks everywhere for the only one without an end where a flow does not come back', () => {
    const flow = `${HEAD}const wait = (n: number) => { while (n < 1) {} };
export default Flow.from([1, 2]).map((n) => {
  while (true) {} /* here */
}).filter((n) => n > 1);
`;
    expect(found(flow, 'handleEvents', 'map')).toEqual([marked(flow), 'loop']);
    expect(found(`${flow}\nfunction idle() { for (;;) {} }`, 'handleEvents', 'map')).toBeNull();
  });

  it('falls back to where the stage is started, or to nothing', () => {
    expect(found(stage('').replace('while (1 > 0) {}', ''), 'handleCast')).toEqual([9, null]);
    expect(found(stage(''), 'handleDemand', 'others')).toBeNull();
  });
});

describe('`findEndlessLoading()`', () => {
  const lineOf = (text: string) => findEndlessLoading({ 'start.ts': text }, 'start.ts').place.line;

  it('finds the loop outside all brackets', () => {
    expect(
      lineOf('const wait = () => { while (true) {} };\nlet more = 1;\nwhile (more) { more += 1; }'),
    ).toBe(3);
  });

  it('finds the one without an end in a function or in the pipeline', () => {
    expect(lineOf('function wait() {\n  for (;;) {}\n}\nwait();')).toBe(2);
    expect(lineOf('export default pipeline(() => {\n  while (1) {}\n});')).toBe(2);
  });

  it('falls back to the beginning', () => {
    expect(findEndlessLoading({ 'start.ts': '\n// while (true) {}\nload();' }, 'start.ts')).toMatchObject({
      place: { line: 1 },
      what: null,
    });
  });
});
