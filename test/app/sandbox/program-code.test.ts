import { describe, expect, it } from 'vitest';
import { ProgramCode } from '$lib/sandbox/program-code.ts';

/** The place of the first occurrence of a text, as a stack names it. */
function placeOf(code: string, text: string): string {
  const lines = code.slice(0, code.indexOf(text)).split('\n');
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

describe('ProgramCode.callback()', () => {
  const code = `
const shared = (events) => ({ events });
function later(demand, state) { return {}; }
const definition = {
  handleEvents: shared,
  'handleInfo'(message) {},
};
var numbers = producer({
  init: () => 0,
  handleDemand(demand, next) {
    return make({ handleDemand: 1 });
  },
});
var others = api.consumer(definition);
{
  const later = () => {};
  producer({ handleDemand: later, handleCall: unknown });
}
var rows = fromIterable([1, 2]);
`;
  const program = new ProgramCode(code);
  const inCall = (call: string, name: string) => program.callback(placeOf(code, call), name);

  it('finds methods and arrows of the object that a call is given', () => {
    expect(inCall('producer({\n  init', 'handleDemand')).toBe(placeOf(code, 'handleDemand(demand, next)'));
    expect(inCall('producer({\n  init', 'init')).toBe(placeOf(code, 'init: () => 0'));
  });

  it('finds what is declared elsewhere, by the names that stand for it', () => {
    expect(inCall('consumer(definition)', 'handleEvents')).toBe(placeOf(code, '(events) => ({ events })'));
    expect(inCall('consumer(definition)', 'handleInfo')).toBe(placeOf(code, "'handleInfo'"));
  });

  it('takes the nearest declaration of a name, and the property where there is none', () => {
    expect(inCall('producer({ handleDemand', 'handleDemand')).toBe(placeOf(code, '() => {};'));
    expect(inCall('producer({ handleDemand', 'handleCall')).toBe(placeOf(code, 'handleCall: unknown'));
  });

  it('finds nothing where nothing is written', () => {
    expect(inCall('fromIterable', 'handleDemand')).toBeNull();
    expect(inCall('consumer(definition)', 'terminate')).toBeNull();
    for (const place of ['0:0', '99:1', 'here', '1:99999'])
      expect(program.callback(place, 'init')).toBeNull();
  });

  it('finds nothing in what is no program', () => {
    expect(new ProgramCode('const = {').callback('1:1', 'init')).toBeNull();
    expect(new ProgramCode('('.repeat(100_000)).callback('1:1', 'init')).toBeNull();
  });
});
