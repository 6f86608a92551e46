/** A program that never comes back from somewhere, and what the page must say. */
export interface EndlessProgram {
  readonly name: string;
  /** Marks the line that the problem must name. */
  readonly program: string;
  /** Parts of what stands in the problem. */
  readonly says: readonly string[];
  /** The stage that the picture shows as one that never came back, where it has a card of its own. */
  readonly hangs?: string;
}

const IMPORTS = `import { Flow, Task, consumer, fromIterable, partitionDispatcher, pipeline, producer, sleep, task } from 'sluice';
`;

const PIPELINE = `export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers);
  subscribe(start('printer', printer), { to: source, maxDemand: 10 });
});
`;

const NUMBERS = `const numbers = producer({ init: () => 0, handleDemand: () => ({ events: [1, 2, 3] }) });
`;

/** A source of numbers, and a consumer that does this with them. */
const printing = (body: string, before = ''): string => `${IMPORTS}${before}
${NUMBERS}
const printer = consumer({
  handleEvents: async (events: number[]) => {
    ${body}
  },
});
${PIPELINE}`;

/** One for each way in which learner code is called. */
export const ENDLESS_PROGRAMS: readonly EndlessProgram[] = [
  {
    name: 'loading',
    program: `${IMPORTS}let later = 1;
while (later) later = 1; /* here */
${NUMBERS}
const printer = consumer({ handleEvents: () => {} });
${PIPELINE}`,
    says: ['The run was stopped', 'did not come to its end while it was loaded'],
  },
  {
    name: 'handleDemand, that keeps its worker busy',
    program: `${IMPORTS}
const numbers = producer({
  handleDemand: () => {
    const events: number[] = [];
    while (true) events.length = 0; /* here */
  },
});
const printer = consumer({ handleEvents: () => {} });
${PIPELINE}`,
    says: ['The run was stopped', 'handleDemand of "numbers" (worker 1)', 'await sleep(ms)'],
    hangs: 'numbers',
  },
  {
    name: 'init',
    program: `${IMPORTS}
const numbers = producer({
  init: () => {
    for (;;) {} /* here */
  },
  handleDemand: () => ({}),
});
const printer = consumer({ handleEvents: () => {} });
${PIPELINE}`,
    says: ['init of "numbers"', 'the loop in line 5'],
    hangs: 'numbers',
  },
  {
    name: 'handleEvents, after it has slept, in a function that it calls',
    program: printing(
      'await sleep(20);\n    await spin(events.length);',
      'async function spin(n: number) {\n  while (n > 0) await null; /* here */\n}',
    ),
    says: ['handleEvents of "printer"', 'the loop in line 3'],
    hangs: 'printer',
  },
  {
    name: 'a regular expression',
    program: printing("console.log(/^(a+)+$/.test('a'.repeat(60) + '!'), events); /* here */"),
    says: ['handleEvents of "printer"', 'The regular expression in line 7'],
    hangs: 'printer',
  },
  {
    name: 'a timer',
    program: printing('setTimeout(() => { while (events) {} }, 20); /* here */\n    await sleep(60_000);'),
    says: ['handleEvents of "printer"', 'the loop in line 7'],
    hangs: 'printer',
  },
  {
    name: 'the hash of a dispatcher',
    program: `${IMPORTS}
const numbers = producer({
  handleDemand: () => ({ events: [1] }),
  dispatcher: partitionDispatcher({
    partitions: 1,
    hash: (n: number) => {
      while (n > 0) {} /* here */
      return [n, 0];
    },
  }),
});
const printer = consumer({ handleEvents: () => {} });
${PIPELINE.replace('maxDemand: 10', 'maxDemand: 10, partition: 0')}`,
    says: ['handleDemand of "numbers"', 'the loop in line 8'],
    hangs: 'numbers',
  },
  {
    name: 'the iterator of a source',
    program: `${IMPORTS}
function* nothing(): Generator<number> {
  while (true) {} /* here */
}
const numbers = fromIterable(nothing);
const printer = consumer({ handleEvents: () => {} });
${PIPELINE}`,
    says: ['of "numbers"', 'the loop in line 4'],
    hangs: 'numbers',
  },
  {
    name: 'a task',
    program: printing(
      'for (const n of events) console.log(await Task.await(Task.async(spin, n), Infinity));',
      'const spin = task((n: number): number => {\n  while (true) n += 1; /* here */\n});',
    ),
    says: ['task', 'the loop in line 3'],
    hangs: 'printer',
  },
  {
    name: 'the function of a flow',
    program: `${IMPORTS}
export default Flow.from([1, 2, 3], { stages: 1 }).map((n) => {
  while (n > 0) n += 1;
  for (;;) {} /* here */
}, { stages: 1 });
`,
    says: ['the loop in line 5'],
  },
];
