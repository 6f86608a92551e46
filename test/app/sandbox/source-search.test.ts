import { describe, expect, it } from 'vitest';
import { findCallback, findDefaultExport, findLoadingLoop, findLoop } from '$lib/sandbox/source-search.ts';

const START = `import { consumer, pipeline, producer } from 'sluice';
import { printer } from './printer';

// const numbers = producer({ handleDemand: not this one })
const numbers = producer({
  init: (first: number) => first,
  handleDemand(demand, next) {
    const text = 'handleEvents: }';
    return { events: [next], state: next + demand };
  },
});

export default pipeline(({ start, subscribe }) => {
  const source = start("numbers", numbers, 0);
  const sink = start('printer', printer);
  const inline = start(\`quiet\`, consumer({
    handleEvents: () => {},
  }));
  for (const name of ['a', 'b']) start(name, numbers, 1);
  subscribe(sink, { to: source });
});
`;

const sources = {
  'start.ts': START,
  'printer.ts': `import { consumer } from 'sluice';
export const printer = consumer({
  handleEvents: (events: number[]) => console.log(events),
});
`,
};

describe('`findCallback()`', () => {
  it('finds a callback in the definition that a stage is started with', () => {
    expect(findCallback(sources, 'numbers', 'handleDemand')).toEqual({
      file: 'start.ts',
      line: 7,
      column: 3,
    });
    expect(findCallback(sources, 'numbers', 'init')).toEqual({ file: 'start.ts', line: 6, column: 3 });
  });

  it('finds it in another file', () => {
    expect(findCallback(sources, 'printer', 'handleEvents')).toEqual({
      file: 'printer.ts',
      line: 3,
      column: 3,
    });
  });

  it('finds it in a definition that stands in the call', () => {
    expect(findCallback(sources, 'quiet', 'handleEvents')).toEqual({ file: 'start.ts', line: 17, column: 5 });
  });

  it('falls back to where the stage is started', () => {
    expect(findCallback(sources, 'numbers', 'handleEvents')).toEqual({
      file: 'start.ts',
      line: 14,
      column: 18,
    });
    expect(findCallback(sources, 'numbers')).toEqual({ file: 'start.ts', line: 14, column: 18 });
  });

  it('finds nothing for a name that the source does not spell out', () => {
    expect(findCallback(sources, 'a', 'handleDemand')).toBeNull();
    expect(findCallback({}, 'numbers', 'handleDemand')).toBeNull();
    expect(findCallback(sources, '(', 'handleDemand')).toBeNull();
  });
});

describe('`findLoop()`', () => {
  const withLoops = (body: string) => ({
    'start.ts': `const numbers = producer({
  init: () => { while (true) {} },
  handleDemand: (demand) => {
    ${body.replaceAll('\n', '\n    ')}
  },
});
export default pipeline(({ start }) => start('numbers', numbers));
`,
  });
  const lineOf = (body: string) => findLoop(withLoops(body), 'numbers', 'handleDemand')?.line;

  it('finds the only loop of the callback', () => {
    expect(lineOf('const events = [];\nwhile (events.length < demand) {}\nreturn { events };')).toBe(5);
    expect(lineOf('let i = 0;\n\ndo { i = 0; } while (i < 1);')).toBe(6);
  });

  it('finds the one without an end among others', () => {
    expect(lineOf('for (let i = 0; i < 3; i += 1) {}\nfor (;;) {}\nwhile (demand > 1) {}')).toBe(5);
    expect(lineOf('for (let i = 0; i < 3; i += 1) {}\nwhile (true) {}')).toBe(5);
  });

  it('does not suspect one of several, nor what walks along a list', () => {
    expect(lineOf('while (demand > 1) {}\nwhile (demand > 2) {}')).toBe(3);
    expect(lineOf('for (const n of [1, 2]) console.log(n);\nreturn deeper();')).toBe(3);
  });

  it('falls back to where the stage is started', () => {
    expect(findLoop(withLoops(''), 'numbers', 'handleCast')).toMatchObject({ line: 7 });
    expect(findLoop(withLoops(''), 'others', 'handleDemand')).toBeNull();
  });
});

describe('`findLoadingLoop()`', () => {
  const lineOf = (text: string) => findLoadingLoop({ 'start.ts': text }, 'start.ts').line;

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
    expect(lineOf('\n// while (true) {}\nload();')).toBe(1);
  });
});

describe('`findDefaultExport()`', () => {
  it('finds the line that exports the pipeline', () => {
    expect(findDefaultExport(sources, 'start.ts')).toEqual({ file: 'start.ts', line: 13, column: 1 });
    expect(findDefaultExport(sources, 'printer.ts')).toBeNull();
  });
});
