/** One module of the course as the outline shows it. */
export interface CourseModule {
  readonly id: string;
  readonly title: string;
  /** What somebody can do after it, in one sentence. */
  readonly promise: string;
  /** Titles of the lessons that are planned and not here yet. */
  readonly toCome: readonly string[];
}

/** The whole course. Lessons that exist are taken from `lessons`; these are its modules and what is still to come. */
export const COURSE: readonly CourseModule[] = [
  {
    id: '0',
    title: 'First steps',
    promise: 'Run a pipeline of your own and see why events wait to be asked for.',
    toCome: [],
  },
  {
    id: '1',
    title: 'Why streams',
    promise: 'Tell latency from throughput, find the stage that holds the others up, and survive a burst.',
    toCome: [
      'Streaming data: answers before the end',
      'Latency: where does the time go?',
      'Throughput and the bottleneck',
      'Back-pressure: the overflow and the cure',
    ],
  },
  {
    id: '2',
    title: 'Stages and demand',
    promise:
      'Write producers, consumers and what stands between them, and share work out by demand or by key.',
    toCome: [
      'Producer: answer what was asked',
      'Consumer: max and min demand',
      'Producer-consumer: filters change the arithmetic',
      'Two buffers: waiting events, waiting demand',
      'Dispatchers I: share out or send to all',
      'Dispatchers II: partition by key',
      'Tasks: when you need no pipeline',
    ],
  },
  {
    id: '3',
    title: 'Flow',
    promise: 'Count, join and summarize an endless stream in parallel, by the time at which things happened.',
    toCome: [
      'Flow: parallel map and filter',
      'Partition, then reduce',
      'Skew: one key is half the traffic',
      'Windows: cutting an endless stream',
      'Watermarks and late data',
      'Triggers: when to speak',
    ],
  },
  {
    id: '4',
    title: 'When things break',
    promise: 'Crash on purpose, and know for every event whether it was lost, kept or done twice.',
    toCome: ['Crash and restart', 'Acknowledge, retry, idempotence'],
  },
  {
    id: '5',
    title: 'Real systems',
    promise:
      'Build the pipelines people are paid for: databases, dashboards, monitoring, things on the road.',
    toCome: [
      'Database as source',
      'Database as sink',
      'Design for low latency',
      'Design for high throughput',
      'Live analytics',
      'Infrastructure monitoring',
      'Event-driven systems: the capstone',
    ],
  },
];
