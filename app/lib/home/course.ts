import type { LessonSummary } from '$lib/lesson/lesson.ts';

/** One module of the course as the outline shows it. */
export interface CourseModule {
  /** What a lesson's front matter names as its `module`. */
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
    id: 'first-steps',
    title: 'First steps',
    promise: 'Run a pipeline of your own and see why events wait to be asked for.',
    toCome: [],
  },
  {
    id: 'why-streams',
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
    id: 'stages-and-demand',
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
    id: 'flow',
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
    id: 'when-things-break',
    title: 'When things break',
    promise: 'Crash on purpose, and know for every event whether it was lost, kept or done twice.',
    toCome: ['Crash and restart', 'Acknowledge, retry, idempotence'],
  },
  {
    id: 'real-systems',
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

export interface OutlineModule extends CourseModule {
  readonly number: number;
  /** The lessons of it that can be taken now. */
  readonly lessons: readonly LessonSummary[];
}

/**
 * The course with its lessons. The very first lesson opens the course whatever it is about, and a lesson whose module
 * is not known is not lost: it stands with it.
 */
export function outlineOf(lessons: readonly LessonSummary[]): readonly OutlineModule[] {
  const known = new Set(COURSE.slice(1).map(({ id }) => id));
  const moduleOf = (lesson: LessonSummary, i: number) =>
    i === 0 || !known.has(lesson.module) ? COURSE[0]?.id : lesson.module;
  return COURSE.map((module, number) => ({
    ...module,
    number,
    lessons: lessons.filter((lesson, i) => moduleOf(lesson, i) === module.id),
  }));
}
