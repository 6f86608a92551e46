import { describe, expect, it } from 'vitest';
import { findCallback, findDefaultExport } from '$lib/sandbox/source-search.ts';

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

describe('`findDefaultExport()`', () => {
  it('finds the line that exports the pipeline', () => {
    expect(findDefaultExport(sources, 'start.ts')).toEqual({ file: 'start.ts', line: 13, column: 1 });
    expect(findDefaultExport(sources, 'printer.ts')).toBeNull();
  });
});
