import fc from 'fast-check';
import { expect, it } from 'vitest';
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
  mailbox.push(cast(1));
  mailbox.push(down('a'));
  mailbox.push(down('b'));
  mailbox.removeDown('a');
  expect(mailbox.size).toBe(2);
  expect(mailbox.shift()?.message.type).toBe('cast');
  expect(mailbox.shift()?.message).toMatchObject({ type: 'down', subscription: 'b' });
});
