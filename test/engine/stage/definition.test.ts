import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  consumer,
  producer,
  producerConsumer,
  withOptions,
  type Consumer,
  type Producer,
  type ProducerConsumer,
} from 'sluice';

const handleDemand = () => ({ events: [1] });

describe('producer(), producerConsumer(), consumer()', () => {
  it('infer state, argument and events', () => {
    const counting = producer({
      init: (first: number) => first,
      handleDemand: (demand, next) => {
        expectTypeOf(next).toEqualTypeOf<number>();
        expectTypeOf(demand).toEqualTypeOf<number>();
        return { events: [String(next)], state: next + demand };
      },
    });
    expectTypeOf(counting).toEqualTypeOf<Producer<number, string>>();
    const sizing = producerConsumer({
      init: () => withOptions({ seen: 0 }, { bufferSize: 10 }),
      handleEvents: (events: string[], state) => {
        expectTypeOf(state).toEqualTypeOf<{ seen: number }>();
        return { events: events.map(({ length }) => length), state: { seen: state.seen + events.length } };
      },
    });
    expectTypeOf(sizing).toEqualTypeOf<ProducerConsumer<void, string, number>>();
    const waiting = consumer({
      handleEvents: async (events: readonly number[]) => {
        await Promise.resolve(events);
      },
    });
    expectTypeOf(waiting).toEqualTypeOf<Consumer<void, number>>();
  });

  it('refuse an unknown key and name the nearest', () => {
    const misspelt: { handleDemand: typeof handleDemand } = JSON.parse('{ "handelDemand": 1 }');
    expect(() => producer(misspelt)).toThrow('did you mean "handleDemand"?');
  });

  it('refuse a callback that is missing or no function', () => {
    const empty: { handleDemand: typeof handleDemand } = JSON.parse('{}');
    expect(() => producer(empty)).toThrow(
      'Cannot define a producer as it must have handleDemand: received none',
    );
    const text: { handleDemand: typeof handleDemand } = JSON.parse('{ "handleDemand": "later" }');
    expect(() => producer(text)).toThrow('handleDemand must be a function: received "later"');
  });

  it('GS-008 refuse an option of another kind', () => {
    const given: { handleEvents: () => undefined } = Object.assign(JSON.parse('{ "bufferSize": 5 }'), {
      handleEvents: () => undefined,
    });
    expect(() => consumer(given)).toThrow('Cannot use bufferSize as this consumer may only have subscribeTo');
  });

  it('GS-009 refuse a buffer size that is not a whole number', () => {
    expect(() => producer({ handleDemand, bufferSize: 2.5 })).toThrow(
      'an integer >= 0 or Infinity: received 2.5',
    );
    expect(() => producer({ handleDemand, bufferSize: -1 })).toThrow('received -1');
    expect(() => producer({ handleDemand, bufferSize: Infinity })).not.toThrow();
  });
});
