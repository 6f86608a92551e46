import {
  Flow,
  Window,
  consumer,
  pipeline,
  range,
  runVirtual,
  type PlanView,
  type TraceEntry,
  type TraceValue,
} from 'sluice';

/** A word, and when it was said: ms of event time. */
type Word = readonly [word: string, timeMs: number];

/** A small run to begin with. */
export interface WindowExample {
  readonly name: string;
  /** What it shows, in a sentence. */
  readonly shows: string;
  /** How its window is written. */
  readonly code: string;
  readonly flow: () => Flow<unknown>;
}

const WORDS: readonly Word[] = [
  ['elixir', 0],
  ['elixir', 1_000],
  ['erlang', 60_000],
  ['concurrency', 3_200_000],
  ['elixir', 4_000_000],
  ['erlang', 5_000_000],
  ['erlang', 6_000_000],
];

/** The first one comes last. */
const MOVED: readonly Word[] = [...WORDS.slice(1), ...WORDS.slice(0, 1)];

const HOURLY = Window.fixed(1, 'hour', ([, timeMs]: Word) => timeMs);

/** How often each word was said, per window. */
function counting(words: readonly Word[], window: Window<Word>): Flow<unknown> {
  return Flow.from(words, { stages: 1, maxDemand: 5 })
    .partition({ stages: 1, maxDemand: 5, window })
    .reduce(
      (): Readonly<Record<string, number>> => ({}),
      (counts, [word]) => ({ ...counts, [word]: (counts[word] ?? 0) + 1 }),
    )
    .emit('state');
}

/** The four examples of the documentation of Flow.Window. */
export const WINDOW_EXAMPLES: readonly WindowExample[] = [
  {
    name: 'A trigger every 10',
    shows:
      'The numbers 1 to 100 are summed up in one window that fires after every 10 of them, and keeps its sum.',
    code: 'Window.global().triggerEvery(10)',
    flow: () =>
      Flow.from(range(1, 100), { stages: 1 })
        .partition({ stages: 1, window: Window.global<number>().triggerEvery(10) })
        .reduce(
          () => 0,
          (sum, n) => sum + n,
        )
        .emit('state'),
  },
  {
    name: 'Words per hour',
    shows:
      'Words are counted by the hour in which they were said: the watermark ends the first hour, the end of the input the second.',
    code: "Window.fixed(1, 'hour', ([, time]) => time)",
    flow: () => counting(WORDS, HOURLY),
  },
  {
    name: 'A late word is lost',
    shows: '["elixir", 0] comes last. Its hour is over by then, so it is counted nowhere.',
    code: "Window.fixed(1, 'hour', ([, time]) => time)",
    flow: () => counting(MOVED, HOURLY),
  },
  {
    name: 'A late word is waited for',
    shows:
      'The same words, with an hour of lateness: the first window fires twice, and the second time ["elixir", 0] is in it.',
    code: "Window.fixed(1, 'hour', ([, time]) => time).allowedLateness(1, 'hour')",
    flow: () => counting(MOVED, HOURLY.allowedLateness(1, 'hour')),
  },
];

/** A run of an example, and what came out of it. */
export interface ExampleRun {
  readonly example: WindowExample;
  readonly plan: PlanView;
  readonly entries: readonly TraceEntry[];
  readonly emitted: readonly TraceValue[];
}

/** Runs an example in this page, on virtual time. */
export async function runExample(example: WindowExample): Promise<ExampleRun> {
  const program = pipeline(({ start, subscribe }) => {
    const sink = consumer({ handleEvents: () => undefined });
    subscribe(start('result', sink), { to: start('example', example.flow()) });
  });
  const { plan, entries } = await runVirtual(program, { seed: 1, trace: 'full' });
  const emitted = entries.flatMap((entry) =>
    entry.type === 'begin' && entry.stage === 'result' && entry.callback === 'handleEvents'
      ? (entry.events ?? [])
      : [],
  );
  return { example, plan, entries, emitted };
}
