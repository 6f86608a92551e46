import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Supervisor, type Order, type Signal } from '../../../engine/supervision/supervisor.ts';
import type { SupervisorView } from 'sluice';

type Strategy = SupervisorView['strategy'];
type Restart = SupervisorView['children'][number]['restart'];

function view(
  strategy: Strategy,
  children: Readonly<Record<string, Restart>> = { a: 'permanent', b: 'permanent', c: 'permanent' },
  limits: { readonly maxRestarts?: number; readonly maxSeconds?: number } = {},
): SupervisorView {
  const { maxRestarts = 3, maxSeconds = 5 } = limits;
  const list = Object.entries(children).map(([id, restart]) => ({ id, restart }));
  return { id: 'sup', strategy, maxRestarts, maxSeconds, children: list };
}

/** Orders as short words: `start a`, `end c`, `exit shutdown`. */
function words(orders: readonly Order[]): string[] {
  return orders.map((order) => {
    switch (order.type) {
      case 'restart':
        return `restart ${order.child} life ${order.life} (${order.restarts})`;
      case 'exit':
        return `exit ${JSON.stringify(order.reason)}`;
      case 'ready':
        return 'ready';
      default:
        return `${order.type} ${order.child}`;
    }
  });
}

/** Answers everything at once, so that a test sees all orders that one signal leads to. */
class Obedient {
  readonly supervisor: Supervisor;
  nowMs = 0;
  readonly #lives = new Map<string, number>();
  /** What the next starts of a child come to, instead of working. */
  readonly refuse = new Map<string, ('failed' | 'ignored')[]>();

  constructor(of: SupervisorView, isFirst = true) {
    this.supervisor = new Supervisor(of, isFirst);
    for (const { id } of of.children) this.#lives.set(id, isFirst ? 1 : 0);
  }

  begin(): string[] {
    return this.#obey(this.supervisor.begin());
  }

  ended(child: string, reason: unknown = 'boom'): string[] {
    return this.#tell({ type: 'ended', child, life: this.#lives.get(child) ?? 0, reason });
  }

  exit(reason: unknown): string[] {
    return this.#tell({ type: 'exit', reason });
  }

  #tell(signal: Signal): string[] {
    return this.#obey(this.supervisor.take(signal, this.nowMs));
  }

  #obey(orders: readonly Order[]): string[] {
    const said = words(orders);
    for (const order of orders) {
      if (order.type === 'start') {
        const life = (this.#lives.get(order.child) ?? 0) + 1;
        this.#lives.set(order.child, life);
        const outcome = this.refuse.get(order.child)?.shift() ?? 'started';
        said.push(...this.#tell({ type: outcome, child: order.child, life, reason: 'refused' }));
      }
      if (order.type === 'end') said.push(...this.ended(order.child, order.reason));
      if (order.type === 'retry') said.push(...this.#tell({ type: 'retry', child: order.child }));
    }
    return said;
  }
}

describe('Supervisor, when a child ends', () => {
  it('oneForOne starts it alone', () => {
    expect(new Obedient(view('oneForOne')).ended('b')).toEqual(['restart b life 2 (1)', 'start b']);
  });

  it('restForOne ends those declared after it in reverse order, then starts it and them in order', () => {
    expect(new Obedient(view('restForOne')).ended('a')).toEqual([
      'restart a life 2 (1)',
      'end c',
      'end b',
      'start a',
      'start b',
      'start c',
    ]);
    expect(new Obedient(view('restForOne')).ended('c')).toEqual(['restart c life 2 (1)', 'start c']);
  });

  it('oneForAll ends all others in reverse order, then starts all in order', () => {
    expect(new Obedient(view('oneForAll')).ended('b')).toEqual([
      'restart b life 2 (1)',
      'end c',
      'end a',
      'start a',
      'start b',
      'start c',
    ]);
  });

  it.each<[Restart, unknown, boolean]>([
    ['permanent', 'normal', true],
    ['permanent', 'shutdown', true],
    ['transient', 'boom', true],
    ['transient', 'normal', false],
    ['transient', 'shutdown', false],
    ['transient', ['shutdown', 'over'], false],
    ['transient', ['shutdown'], true],
    ['temporary', 'boom', false],
  ])('GS-225 a %s child that ends with %j is started again: %s', (restart, reason, isStarted) => {
    const orders = new Obedient(view('oneForOne', { a: restart })).ended('a', reason);
    expect(orders.includes('start a')).toBe(isStarted);
  });

  it('forgets a temporary child, also when it is ended for the sake of another', () => {
    const world = new Obedient(view('oneForAll', { a: 'permanent', b: 'temporary' }));
    expect(world.ended('a')).toEqual(['restart a life 2 (1)', 'end b', 'start a']);
    expect(world.supervisor.children.map(({ id }) => id)).toEqual(['a']);
  });

  it('starts a transient child that has ended normally again with all the others', () => {
    const world = new Obedient(view('oneForAll', { a: 'permanent', b: 'transient' }));
    world.ended('b', 'normal');
    expect(world.ended('a')).toEqual(['restart a life 2 (1)', 'start a', 'start b']);
  });

  it('takes no notice of the end of an earlier life, of a stranger, or of anything after its own end', () => {
    const { supervisor } = new Obedient(view('oneForOne'));
    const ended = (child: string, life: number) =>
      supervisor.take({ type: 'ended', child, life, reason: 'boom' }, 0);
    expect(ended('a', 7)).toEqual([]);
    expect(ended('stranger', 1)).toEqual([]);
    const world = new Obedient(view('oneForOne'));
    world.exit('shutdown');
    expect(world.ended('a')).toEqual([]);
  });

  it('counts as one restart what ends because of the same child', () => {
    // The consumer of a crashed producer ends by itself: its end arrives while the supervisor is at work.
    const supervisor = new Supervisor(view('restForOne', { a: 'permanent', b: 'permanent' }), true);
    const first = supervisor.take({ type: 'ended', child: 'a', life: 1, reason: 'boom' }, 0);
    expect(words(first)).toEqual(['restart a life 2 (1)', 'end b']);
    expect(words(supervisor.take({ type: 'ended', child: 'b', life: 1, reason: 'boom' }, 0))).toEqual([
      'start a',
    ]);
    expect(words(supervisor.take({ type: 'started', child: 'a', life: 2 }, 0))).toEqual(['start b']);
  });
});

describe('Supervisor, when restarts are too many', () => {
  it('GS-226 ends all children in reverse order and itself with "shutdown" after the one too many', () => {
    const world = new Obedient(view('oneForOne', undefined, { maxRestarts: 2 }));
    world.ended('a');
    world.ended('b');
    expect(world.ended('a')).toEqual(['end c', 'end b', 'exit "shutdown"']);
  });

  it('GS-226 counts those within maxSeconds only', () => {
    const world = new Obedient(view('oneForOne', undefined, { maxRestarts: 1, maxSeconds: 2 }));
    for (const nowMs of [0, 3_000, 6_000]) {
      world.nowMs = nowMs;
      expect(world.ended('a')).toContain('start a');
    }
    world.nowMs = 8_000;
    expect(world.ended('a')).toContain('exit "shutdown"');
  });

  it('with maxRestarts 0 does not start anything again', () => {
    expect(new Obedient(view('oneForAll', undefined, { maxRestarts: 0 })).ended('a')).toEqual([
      'end c',
      'end b',
      'exit "shutdown"',
    ]);
  });
});

describe('Supervisor, when a start fails', () => {
  it('GS-232 tries again, each time at the cost of a restart', () => {
    const world = new Obedient(view('oneForOne', { a: 'permanent' }));
    world.refuse.set('a', ['failed']);
    expect(world.ended('a')).toEqual([
      'restart a life 2 (1)',
      'start a',
      'retry a',
      'restart a life 3 (2)',
      'start a',
    ]);
    world.refuse.set('a', ['failed', 'failed', 'failed', 'failed']);
    expect(world.ended('a').at(-1)).toBe('exit "shutdown"');
  });

  it('GS-232 leaves what comes after it down until it works', () => {
    const world = new Obedient(view('restForOne'));
    world.refuse.set('b', ['failed']);
    expect(world.ended('a')).toEqual([
      'restart a life 2 (1)',
      'end c',
      'end b',
      'start a',
      'start b',
      'retry b',
      'restart b life 3 (2)',
      'start b',
      'start c',
    ]);
  });

  it('goes on without a child that asks to be left out', () => {
    const world = new Obedient(view('oneForAll', { a: 'permanent', b: 'temporary', c: 'transient' }));
    world.refuse.set('a', ['ignored']);
    expect(world.ended('c').slice(-2)).toEqual(['start a', 'start c']);
    expect(world.supervisor.children.map(({ status }) => status)).toEqual(['down', 'running']);
  });

  it('of the first life, ends what has started and says which child it was', () => {
    const { supervisor } = new Obedient(view('oneForOne'));
    const orders = supervisor.take({ type: 'failed', child: 'b', life: 1, reason: 'no' }, 0);
    expect(words(orders)).toEqual(['end c']);
    supervisor.take({ type: 'ended', child: 'c', life: 1, reason: 'shutdown' }, 0);
    expect(supervisor.take({ type: 'ended', child: 'a', life: 1, reason: 'shutdown' }, 0)).toEqual([
      { type: 'exit', reason: ['shutdown', ['failed_to_start_child', 'b', 'no']], hasStarted: false },
    ]);
  });

  it('of a later life, does the same', () => {
    const world = new Obedient(view('oneForOne'), false);
    expect(new Obedient(view('oneForOne'), false).begin()).toEqual([
      'start a',
      'start b',
      'start c',
      'ready',
    ]);
    world.refuse.set('b', ['failed']);
    expect(world.begin()).toEqual([
      'start a',
      'start b',
      'end a',
      'exit ["shutdown",["failed_to_start_child","b","refused"]]',
    ]);
  });
});

describe('Supervisor, told to end', () => {
  it('ends its children in reverse order, then itself with the reason', () => {
    expect(new Obedient(view('oneForOne')).exit('shutdown')).toEqual([
      'end c',
      'end b',
      'end a',
      'exit "shutdown"',
    ]);
  });

  it('finishes the start it waits for first', () => {
    const supervisor = new Supervisor(view('oneForOne', { a: 'permanent' }), true);
    supervisor.take({ type: 'ended', child: 'a', life: 1, reason: 'boom' }, 0);
    expect(supervisor.take({ type: 'exit', reason: 'shutdown' }, 0)).toEqual([]);
    expect(words(supervisor.take({ type: 'started', child: 'a', life: 2 }, 0))).toEqual(['end a']);
  });
});

/** Children that live and die when chance says so; what they tell waits until chance delivers it, in order per child. */
class World {
  readonly supervisor: Supervisor;
  readonly #ids: readonly string[];
  readonly #restart: ReadonlyMap<string, Restart>;
  readonly alive = new Map<string, number>();
  readonly #lives = new Map<string, number>();
  readonly #starting = new Set<string>();
  readonly #told = new Map<string, Signal[]>();
  readonly #retries: Signal[] = [];
  nowMs = 0;
  exited = false;
  restarts = 0;

  constructor(of: SupervisorView) {
    this.supervisor = new Supervisor(of, true);
    this.#ids = of.children.map(({ id }) => id);
    this.#restart = new Map(of.children.map(({ id, restart }) => [id, restart]));
    for (const id of this.#ids) {
      this.alive.set(id, 1);
      this.#lives.set(id, 1);
    }
  }

  kill(index: number, reason: unknown): void {
    const id = this.#ids[index % this.#ids.length] ?? '';
    const life = this.alive.get(id);
    if (life === undefined) return;
    this.alive.delete(id);
    this.#say(id, { type: 'ended', child: id, life, reason });
  }

  /** A start comes to an end. */
  settle(index: number, outcome: 'started' | 'failed' | 'ignored'): void {
    const id = [...this.#starting][index % this.#starting.size];
    if (id === undefined) return;
    this.#starting.delete(id);
    const life = this.#lives.get(id) ?? 0;
    if (outcome === 'started') this.alive.set(id, life);
    this.#say(id, { type: outcome, child: id, life, reason: 'refused' });
  }

  /** One message arrives; `false` when there is none. */
  deliver(index: number): boolean {
    const queues = [...this.#told.values(), this.#retries].filter((queue) => queue.length > 0);
    const signal = queues[index % queues.length]?.shift();
    if (!signal) return false;
    this.#obey(this.supervisor.take(signal, this.nowMs));
    return true;
  }

  /** Nothing more goes wrong: all starts work and all messages arrive. */
  calm(): void {
    for (;;) {
      this.settle(0, 'started');
      if (!this.deliver(0) && this.#starting.size === 0) return;
    }
  }

  isPermanent(id: string): boolean {
    return this.#restart.get(id) === 'permanent';
  }

  #obey(orders: readonly Order[]): void {
    for (const order of orders) {
      expect(this.exited, 'an order after its end').toBe(false);
      switch (order.type) {
        case 'start':
          expect(this.alive.has(order.child), `${order.child} runs twice`).toBe(false);
          expect(this.#restart.get(order.child) === 'temporary', 'a temporary child comes back').toBe(false);
          this.#lives.set(order.child, (this.#lives.get(order.child) ?? 0) + 1);
          this.#starting.add(order.child);
          break;
        case 'end':
          for (const later of this.#ids.slice(this.#ids.indexOf(order.child) + 1)) {
            // Under oneForOne only the end of the supervisor ends anything; under the others all that come later go first.
            expect(this.alive.has(later), `${later} outlives ${order.child}`).toBe(false);
          }
          this.kill(this.#ids.indexOf(order.child), order.reason);
          break;
        case 'retry':
          this.#retries.push({ type: 'retry', child: order.child });
          break;
        case 'restart':
          this.restarts++;
          break;
        case 'exit':
          expect([...this.alive.keys()], 'children outlive their supervisor').toEqual([]);
          this.exited = true;
          break;
        case 'ready':
          break;
      }
    }
  }

  #say(id: string, signal: Signal): void {
    const queue = this.#told.get(id) ?? [];
    queue.push(signal);
    this.#told.set(id, queue);
  }
}

describe('Supervisor, whatever happens', () => {
  const restart = fc.constantFrom<Restart>('permanent', 'transient', 'temporary');
  const step = fc.oneof(
    fc.record({ do: fc.constant('kill' as const), at: fc.nat(9), reason: fc.constantFrom('boom', 'normal') }),
    fc.record({
      do: fc.constant('settle' as const),
      at: fc.nat(9),
      outcome: fc.constantFrom('started' as const, 'started' as const, 'failed' as const, 'ignored' as const),
    }),
    fc.record({ do: fc.constant('deliver' as const), at: fc.nat(9) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(3_000) }),
  );

  it('never runs a child twice, ends in reverse order, and in the end all permanent children run or it has ended', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Strategy>('oneForOne', 'restForOne', 'oneForAll'),
        fc.array(restart, { minLength: 1, maxLength: 4 }),
        fc.record({ maxRestarts: fc.nat(6), maxSeconds: fc.integer({ min: 1, max: 10 }) }),
        fc.array(step, { maxLength: 80 }),
        (strategy, restarts, limits, steps) => {
          const children = Object.fromEntries(restarts.map((one, i) => [`child ${i}`, one]));
          const world = new World(view(strategy, children, limits));
          let ignored = false;
          for (const one of steps) {
            if (one.do === 'kill') world.kill(one.at, one.reason);
            else if (one.do === 'settle') {
              ignored ||= one.outcome === 'ignored';
              world.settle(one.at, one.outcome);
            } else if (one.do === 'deliver') world.deliver(one.at);
            else world.nowMs += one.ms;
          }
          world.calm();
          if (world.exited) {
            expect(world.alive.size).toBe(0);
          } else if (!ignored) {
            for (const id of Object.keys(children).filter((child) => world.isPermanent(child))) {
              expect(world.alive.has(id), `${id} runs`).toBe(true);
            }
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
