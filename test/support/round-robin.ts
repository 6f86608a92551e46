import { defineDispatcher, type DispatcherSpec } from 'sluice';

/** A dispatcher as a program may write one: every event to the next consumer in turn that has asked for one. */
export function roundRobin(): DispatcherSpec {
  return defineDispatcher({
    name: 'round robin',
    create: () => {
      const turns: { readonly id: string; open: number; batch: unknown[] }[] = [];
      let next = 0;
      return {
        subscribe(id) {
          turns.push({ id, open: 0, batch: [] });
          return 0;
        },
        ask(id, count) {
          const asking = turns.find((one) => one.id === id);
          if (asking) asking.open += count;
          return count;
        },
        cancel(id) {
          turns.splice(
            turns.findIndex((one) => one.id === id),
            1,
          );
          next = 0;
          return 0;
        },
        dispatch(events) {
          let sent = 0;
          for (const event of events) {
            const waiting = [...turns.keys()].map((i) => turns[(next + i) % turns.length]);
            const turn = waiting.find((one) => one !== undefined && one.open > 0);
            if (!turn) break;
            turn.open -= 1;
            turn.batch.push(event);
            next = (turns.indexOf(turn) + 1) % turns.length;
            sent += 1;
          }
          const deliveries = turns
            .filter(({ batch }) => batch.length > 0)
            .map(({ id, batch }) => ({ to: id, events: batch }));
          for (const turn of turns) turn.batch = [];
          return { deliveries, leftover: events.slice(sent) };
        },
      };
    },
  });
}
