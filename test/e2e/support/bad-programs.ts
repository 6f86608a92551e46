/** Marks the line of a program that a problem must lead to. */
const HERE = '/* here */';

interface Parts {
  /** Before the stages. */
  readonly before?: string;
  readonly handleDemand?: string;
  readonly handleEvents?: string;
  /** Instead of the usual pipeline. */
  readonly pipeline?: string;
}

const EMIT = `handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => next + i),
    state: next + demand,
  }),`;

const PRINT = `handleEvents: (events: number[]) => {
    for (const n of events) console.log('Received', n);
  },`;

const PIPELINE = `export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers, 0);
  const sink = start('printer', printer);
  subscribe(sink, { to: source, maxDemand: 10, minDemand: 5 });
});
`;

/** The lesson's pipeline of two stages, with some of its parts replaced. */
export function programWith({
  before = '',
  handleDemand = EMIT,
  handleEvents = PRINT,
  pipeline = PIPELINE,
}: Parts): string {
  return `import { consumer, pipeline, producer, producerConsumer, sleep } from 'sluice';
${before}
const numbers = producer({
  init: (first: number) => first,
  ${handleDemand}
});

const printer = consumer({
  ${handleEvents}
});

${pipeline}`;
}

/** Emits a few numbers, prints them, and finishes. What it prints says which of several runs it was. */
export function goodProgram(greeting: string): string {
  return programWith({
    handleDemand: `handleDemand: (demand, next) => {
    const events = [0, 1, 2].filter((n) => n >= next).slice(0, demand);
    return { events, state: next + events.length };
  },`,
    handleEvents: `handleEvents: (events: number[]) => {
    for (const n of events) console.log('${greeting}', n);
  },`,
  });
}

/** The line, from 1, that a program marks with {@link HERE}. */
export function markedLine(program: string): number {
  const line = program.split('\n').findIndex((text) => text.includes(HERE)) + 1;
  if (line === 0) throw new Error(`The program marks no line with ${HERE}`);
  return line;
}
