import { describe, expect, it } from 'vitest';
import { broadcastDispatcher, consumer, pipeline, producer, type RemoteEnvelope } from 'sluice';
import { PlannedFunctions } from '../../../engine/runtime/planned-functions.ts';

const isEven = (n: number) => n % 2 === 0;

/** The plan as each worker makes it: functions are its own. */
function evaluated(selector: (n: number) => boolean = (n) => isEven(n)) {
  const numbers = producer<number>({ handleDemand: () => undefined, dispatcher: broadcastDispatcher() });
  const sink = consumer<number>({ handleEvents: () => undefined });
  const plan = pipeline(({ start, subscribe }) => {
    subscribe(start('sink', sink), { to: start('numbers', numbers), maxDemand: 4, label: 'x', selector });
  });
  return { functions: new PlannedFunctions(plan), options: plan.subscriptions[0]?.options ?? {} };
}

function subscribing(options: object, subscription = 'sink←numbers'): RemoteEnvelope {
  return {
    to: 'numbers',
    from: 'sink',
    cause: 7,
    message: { type: 'subscribe', subscription, options: { ...options } },
  };
}

describe('PlannedFunctions', () => {
  it('GS-029 lets a selector cross by name, to the selector of the other worker', () => {
    const [here, there] = [evaluated(), evaluated()];
    const crossing: RemoteEnvelope = structuredClone(here.functions.leave(subscribing(here.options)));
    expect(crossing).toEqual({
      to: 'numbers',
      from: 'sink',
      cause: 7,
      message: {
        type: 'subscribe',
        subscription: 'sink←numbers',
        options: { maxDemand: 4, label: 'x' },
        functions: ['selector'],
      },
    });
    const arrived = there.functions.find(crossing);
    expect(arrived.message).toEqual({
      type: 'subscribe',
      subscription: 'sink←numbers',
      options: { maxDemand: 4, label: 'x', selector: there.options['selector'] },
    });
  });

  it('leaves alone what is not of the plan', () => {
    const { functions, options } = evaluated();
    for (const envelope of [
      subscribing({ selector: () => true }),
      subscribing({ ...options, selector: isEven }),
      subscribing(options, 'sink←another'),
      subscribing({ maxDemand: 4 }),
    ]) {
      expect(functions.leave(envelope)).toBe(envelope);
      expect(functions.find(envelope)).toBe(envelope);
    }
    const ask: RemoteEnvelope = {
      to: 'numbers',
      from: 'sink',
      cause: null,
      message: { type: 'ask', subscription: 'sink←numbers', count: 1 },
    };
    expect(functions.leave(ask)).toBe(ask);
    expect(functions.find(ask)).toBe(ask);
  });
});
