import { describe, expect, it } from 'vitest';
import { WINDOW_EXAMPLES, runExample } from '../../../app/lib/inspect/windows/window-examples.ts';
import { tryWindows } from '../../../app/lib/inspect/windows/window-trial.ts';
import { WindowLog } from '../../../app/lib/view/window-log.ts';
import { arrivalOrder, movedEvent, whyFixed } from '../../../app/lib/view/window-order.ts';
import { lateSentence, windowTotals } from '../../../app/lib/view/window-account.ts';
import { planeEvents, windowPlane, planeRange } from '../../../app/lib/view/window-plane.ts';

async function example(index: number) {
  const chosen = WINDOW_EXAMPLES[index];
  if (!chosen) throw new Error(`no example ${index}`);
  const run = await runExample(chosen);
  const log = new WindowLog(run.plan);
  log.update(run.entries);
  const [own] = log.stages.filter(({ windowing }) => windowing !== null);
  if (!own) throw new Error('no windows');
  return { ...run, own };
}

describe('the examples of Flow.Window', () => {
  it('fire every 10 over 1..100, and once more at the end', async () => {
    const { emitted, own } = await example(0);
    expect(emitted).toEqual([55, 210, 465, 820, 1275, 1830, 2485, 3240, 4095, 5050, 5050]);
    expect(windowTotals(own)).toMatchObject({ events: 100, windows: 1, fired: 11, late: 0 });
  });

  it('count words per hour', async () => {
    const { emitted, own } = await example(1);
    expect(emitted).toEqual([
      { elixir: 2, erlang: 1, concurrency: 1 },
      { elixir: 1, erlang: 2 },
    ]);
    expect(windowTotals(own)).toMatchObject({ events: 7, windows: 2, fired: 2, late: 0 });
  });

  it('lose a word that comes after its hour', async () => {
    const { emitted, own } = await example(2);
    expect(emitted).toEqual([
      { elixir: 1, erlang: 1, concurrency: 1 },
      { elixir: 1, erlang: 2 },
    ]);
    expect(windowTotals(own)).toMatchObject({ windows: 2, fired: 2, late: 1 });
    const { times } = windowPlane(own, {
      at: Infinity,
      range: planeRange(own, Infinity),
      width: 600,
      height: 300,
    });
    const late = planeEvents(own, { from: 0, to: 7 }).find(({ missed }) => missed.length > 0);
    expect(late).toMatchObject({ arrival: 6, timeMs: 0, value: ['elixir', 0] });
    expect(late && lateSentence(own, late, times)).toMatch(
      /^its window 0–1 h was over: the watermark stood at/,
    );
  });

  it('fire twice where lateness is allowed', async () => {
    const { emitted, own } = await example(3);
    expect(emitted).toEqual([
      { elixir: 1, erlang: 1, concurrency: 1 },
      { elixir: 2, erlang: 1, concurrency: 1 },
      { elixir: 1, erlang: 2 },
    ]);
    expect(windowTotals(own)).toMatchObject({ windows: 2, fired: 3, late: 0 });
    expect(
      own.bands.map(({ firings }) => firings.map(({ number, trigger, state }) => [number, trigger, state])),
    ).toEqual([
      [
        [1, 'watermark', 'kept'],
        [2, 'done', null],
      ],
      [[1, 'done', null]],
    ]);
  });
});

describe('tryWindows()', () => {
  it('comes to the same as the run, in the same order; and tells what another order would have done', async () => {
    const { own, entries } = await example(1);
    const windowing = own.windowing;
    expect(whyFixed(own)).toBeNull();
    if (!windowing) throw new Error('no windowing');
    const order = arrivalOrder(own, entries);
    const same = await tryWindows(windowing, order);
    expect(windowTotals(same.own)).toMatchObject({ events: 7, windows: 2, fired: 2, late: 0 });
    const lost = await tryWindows(windowing, movedEvent(order, 0, 6));
    expect(windowTotals(lost.own)).toMatchObject({ events: 7, windows: 2, fired: 2, late: 1 });
    const waited = await tryWindows({ ...windowing, allowedLatenessMs: 3_600_000 }, movedEvent(order, 0, 6));
    expect(windowTotals(waited.own)).toMatchObject({ fired: 3, late: 0 });
    const back = await tryWindows(windowing, movedEvent(movedEvent(order, 0, 6), 6, 0));
    expect(windowTotals(back.own)).toMatchObject({ fired: 2, late: 0 });
  });
});
