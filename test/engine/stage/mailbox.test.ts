import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mailbox } from '../../../engine/stage/mailbox.ts';
import type { Envelope } from 'sluice';

const cast = (request: number): Envelope => ({
  to: 's',
  from: null,
  cause: null,
  message: { type: 'cast', request },
});

it('Mailbox gives messages back in the order they came', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 5_000 }), (pushes) => {
      const mailbox = new Mailbox();
      const model: number[] = [];
      let next = 0;
      for (const isPush of pushes) {
        if (isPush) {
          model.push(next);
          mailbox.push(cast(next++));
        } else {
          const message = mailbox.shift()?.message;
          expect(message?.type === 'cast' ? message.request : undefined).toBe(model.shift());
        }
        expect(mailbox.size).toBe(model.length);
      }
    }),
  );
});

it('removeDown() removes the end of one subscription and nothing else', () => {
  const mailbox = new Mailbox();
  const down = (subscription: string): Envelope => ({
    to: 's',
    from: 'p',
    cause: null,
    message: { type: 'down', subscription, reason: 'normal' },
  });
  const events = { type: 'events', subscription: 'a', first: 0, events: [1] } as const;
  mailbox.push(cast(1));
  mailbox.push(down('a'));
  mailbox.push({ ...cast(1), message: events });
  mailbox.push(down('b'));
  mailbox.removeDown('a');
  expect(mailbox.size).toBe(3);
  expect(mailbox.shift()?.message.type).toBe('cast');
  expect(mailbox.shift()?.message).toBe(events);
  expect(mailbox.shift()?.message).toMatchObject({ type: 'down', subscription: 'b' });
});

describe('takeInfo()', () => {
  const info = (request: unknown): Envelope => ({
    to: 's',
    from: 'p',
    cause: null,
    message: { type: 'info', request },
  });
  const isText = (request: unknown) => typeof request === 'string';

  it('takes out the oldest info that is wanted and leaves all else in its order', () => {
    const mailbox = new Mailbox();
    const wanted = info('first');
    const waiting = [cast(1), info(2), wanted, info('second'), cast(3)];
    for (const one of waiting) mailbox.push(one);
    expect(mailbox.takeInfo(isText)).toBe(wanted);
    expect(Array.from({ length: 5 }, () => mailbox.shift())).toEqual([
      cast(1),
      info(2),
      info('second'),
      cast(3),
      undefined,
    ]);
  });

  it('asks about infos only, and takes nothing when none is wanted', () => {
    const mailbox = new Mailbox();
    const asked: unknown[] = [];
    for (const one of [cast(1), info(2)]) mailbox.push(one);
    expect(mailbox.takeInfo((request) => asked.push(request) < 0)).toBeNull();
    expect(asked).toEqual([2]);
    expect(mailbox.size).toBe(2);
    expect(new Mailbox().takeInfo(() => true)).toBeNull();
  });
});
