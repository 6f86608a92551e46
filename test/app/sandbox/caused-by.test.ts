import { build } from 'esbuild-wasm';
import { describe, expect, it } from 'vitest';
import { consumer, pipeline, producer, type SourcePlace, type TraceEntry } from 'sluice';
import { causeOf, linesOf } from '$lib/sandbox/caused-by.ts';
import { compileProgram } from '$lib/sandbox/compile-program.ts';
import { SourcePlaces } from '$lib/sandbox/error-mapping.ts';
import { ProgramCode } from '$lib/sandbox/program-code.ts';
import { CRASH_AND_RESTART, entriesOf, link, stage } from '../view/recorded.ts';

const SOURCE = `import { consumer, pipeline, producer } from 'sluice';

const numbers = producer({
  init: () => 0,
  handleDemand: (demand: number, next: number) => {
    return { state: next + demand };
  },
});

function save(events: number[]) {
  console.log(events.length);
}

const printer = consumer({ handleEvents: save });

export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers);
  const sink = start('printer', printer);
  subscribe(sink, { to: source });
});
`;

/** The compiled program, and where in it a text of the source has come to stand. */
async function compiled() {
  const files = new Map([['start.ts', SOURCE]]);
  const result = await compileProgram(
    build,
    {
      files: { has: (name) => files.has(name), text: (name) => files.get(name) ?? '', near: () => [] },
      entry: 'start.ts',
    },
    { sluice: Object.keys({ consumer, pipeline, producer }), 'sluice/data': [] },
  );
  if (!result.ok) throw new Error(result.problems[0]?.message);
  const { code, map } = result;
  const placeOf = (text: string) => {
    const before = code.slice(0, code.indexOf(text)).split('\n');
    return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  };
  return { code, places: new SourcePlaces(map), placeOf };
}

describe('linesOf()', () => {
  it('leads from callbacks, prints and starts to the lines that they are written in', async () => {
    const { code, places, placeOf } = await compiled();
    const plan = {
      stages: [stage('numbers', 'producer'), stage('printer', 'consumer')],
      code: {
        stages: {
          numbers: { started: placeOf('start("numbers"'), defined: placeOf('producer({') },
          printer: { started: placeOf('start("printer"'), defined: placeOf('consumer({') },
        },
      },
    };
    const at = (cause: Parameters<typeof linesOf>[0], read = true) =>
      linesOf(cause, { plan, places, code: read ? new ProgramCode(code) : null })?.lines;
    expect(at({ what: 'callback', stage: 'numbers', callback: 'handleDemand' })).toEqual([5]);
    expect(at({ what: 'callback', stage: 'printer', callback: 'handleEvents' })).toEqual([10]);
    expect(at({ what: 'start', stage: 'numbers' })).toEqual([4]);
    expect(at({ what: 'start', stage: 'printer' })).toEqual([18]);
    expect(at({ what: 'log', stage: 'printer', place: placeOf('console.log') })).toEqual([11]);
    // Until the program has been read, its definitions.
    expect(at({ what: 'callback', stage: 'numbers', callback: 'handleDemand' }, false)).toEqual([3]);
  });

  it('names every operator of the stage of a flow, and knows nothing of what stands nowhere', () => {
    const lineOf = (place: string | undefined): SourcePlace | null =>
      place === undefined ? null : { file: 'start.ts', line: Number(place.split(':')[0]), column: 1 };
    const places = { ofText: lineOf, ofStack: () => null };
    const plan = {
      stages: [stage('map 1', 'producerConsumer'), stage('map 2', 'producerConsumer', { copyOf: 'map 1' })],
      code: { stages: { 'map 1': { operators: ['4:1', '6:3', '4:9'] } } },
    };
    const at = (id: string) =>
      linesOf({ what: 'callback', stage: id, callback: 'handleEvents' }, { plan, places, code: null })?.lines;
    expect(at('map 1')).toEqual([4, 6]);
    expect(at('map 2')).toEqual([4, 6]);
    expect(at('nobody')).toBeUndefined();
  });
});

describe('causeOf()', () => {
  const caused = (entries: readonly TraceEntry[], seq: number) => {
    const entry = entries[seq - 1];
    return entry ? causeOf(entries, entry) : null;
  };

  it('follows what an entry came from to a callback, also of another stage', () => {
    const subscription = link('printer', 'numbers').id;
    const entries = entriesOf(
      ['printer', { type: 'begin', callback: 'handleEvents', subscription, count: 1, events: [1] }],
      ['printer', { type: 'end', callback: 'handleEvents', count: 0, emitted: [], state: null }, 1],
      ['printer', { type: 'ask', subscription, count: 1, pending: 2 }, 2],
      ['numbers', { type: 'asked', subscription, count: 1, open: 1 }, 3],
      ['numbers', { type: 'log', level: 'log', values: ['x'], place: '3:4' }, 4],
      ['numbers', { type: 'discard', count: 1 }],
    );
    const handled = { what: 'callback', stage: 'printer', callback: 'handleEvents' };
    for (const seq of [1, 2, 3, 4]) expect(caused(entries, seq)).toEqual(handled);
    expect(caused(entries, 5)).toEqual({ what: 'log', stage: 'numbers', place: '3:4' });
    expect(caused(entries, 6)).toBeNull();
  });

  it('names the start of a stage, and what was thrown', () => {
    expect(caused(CRASH_AND_RESTART, 1)).toEqual({ what: 'start', stage: 'numbers' });
    expect(caused(CRASH_AND_RESTART, 3)).toEqual({ what: 'start', stage: 'printer' });
    expect(caused(CRASH_AND_RESTART, 10)).toEqual({
      what: 'callback',
      stage: 'printer',
      callback: 'handleEvents',
    });
  });
});
