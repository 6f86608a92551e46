import { cast, consumer, pipeline, producer, producerConsumer, self, sleep } from 'sluice';

const ORDERS = 24; // as many come in, four at a time
const EVERY_MS = 700;
const PATIENCE_MS = 6_000; // not acknowledged by then: sent again

interface Order {
  readonly id: number;
}

interface State {
  readonly asked: number;
  readonly sent: readonly number[];
}

// A file. It keeps what nobody has acknowledged, and a crash does not touch it.
const book: number[] = [];
let next = 1;

// Sends what stands in the book and is not on its way, as much as was asked for.
function sendOut({ asked, sent }: State) {
  const ids = book.filter((id) => !sent.includes(id)).slice(0, asked);
  if (ids.length > 0) self().sendAfter(ids, PATIENCE_MS);
  return {
    events: ids.map((id): Order => ({ id })),
    state: { asked: asked - ids.length, sent: [...sent, ...ids] },
  };
}

const orders = producer({
  init: (): State => {
    self().sendAfter('orders', EVERY_MS);
    return { asked: 0, sent: [] };
  },
  handleDemand: (demand, state) => sendOut({ ...state, asked: state.asked + demand }),
  // What is acknowledged is struck out.
  handleCast: (ids, state) => {
    if (!Array.isArray(ids)) return { state };
    for (const id of ids) if (book.includes(id)) book.splice(book.indexOf(id), 1);
    console.log('acknowledged', ...ids);
    return { state };
  },
  handleInfo: (message, state) => {
    // Nobody has acknowledged these in time: they count as not sent.
    if (Array.isArray(message))
      return sendOut({ ...state, sent: state.sent.filter((id) => !message.includes(id)) });
    const ids = [next, next + 1, next + 2, next + 3];
    book.push(...ids);
    console.log('came in', ...ids);
    next += ids.length;
    if (next <= ORDERS) self().sendAfter('orders', EVERY_MS);
    return sendOut(state);
  },
});

const pricer = producerConsumer({
  handleEvents: async (batch: readonly Order[]) => {
    await sleep(100 * batch.length);
    return { events: batch.map(({ id }) => ({ id, cents: 400 + 25 * id })) };
  },
});

const saver = consumer({
  handleEvents: async (batch: readonly Order[]) => {
    const me = self();
    const ids = batch.map(({ id }) => id);
    for (const id of ids) {
      await sleep(400);
      await me.call('table', id);
    }
    me.within(() => cast('orders', ids)); // acknowledged: after the save
  },
});

// Stands for a database, which nobody crashes.
const table = consumer({
  init: (): readonly number[] => [],
  handleEvents: () => undefined,
  handleCall: (request, rows) => {
    const id = Number(request);
    const isNew = true; // a save adds a row, whatever is there
    console.log(isNew ? 'saved' : 'known', id);
    return { reply: 'ok', state: isNew ? [...rows, id] : rows };
  },
});

export default pipeline(({ start, subscribe, supervise }) => {
  const source = start('orders', orders);
  const middle = start('pricer', pricer);
  const sink = start('saver', saver);
  start('table', table);
  subscribe(middle, { to: source, maxDemand: 4, minDemand: 0 });
  subscribe(sink, { to: middle, maxDemand: 8, minDemand: 4 });
  // Who fails is started again, and so is everybody after it.
  supervise('keeper', [source, middle, sink], { strategy: 'restForOne' });
});
