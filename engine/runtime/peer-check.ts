import { EngineError } from '../errors.ts';
import type { StageId, WorkerId } from '../ids.ts';
import type { HostMessage, RemoteEnvelope, StageMessage } from '../stage/message.ts';
import { readerOf } from './inner-streams.ts';

/** What a field of a message must be; with `?` it may be left out. */
type Shape = 'text' | 'count' | 'list' | 'record' | 'text?' | 'count?' | 'record?' | 'truth';

type Shapes = Readonly<Record<string, Shape>>;

/** The fields of every message that crosses to another worker. What is a program's own may be anything. */
const SHAPES: Readonly<Record<StageMessage['type'] | HostMessage['type'], Shapes>> = {
  subscribe: { subscription: 'text', options: 'record', replaces: 'record?', life: 'count?' },
  ask: { subscription: 'text', count: 'count' },
  cancel: { subscription: 'text' },
  events: { subscription: 'text', first: 'count', events: 'list', life: 'count?' },
  cancelled: { subscription: 'text', life: 'count?' },
  down: { subscription: 'text' },
  call: { call: 'count' },
  cast: {},
  info: {},
  queueInfo: { call: 'count?' },
  subscribeTo: {
    subscription: 'text',
    producer: 'text',
    options: 'record',
    replaces: 'record?',
    call: 'count?',
  },
  askFor: { subscription: 'text', count: 'count' },
  demandMode: { mode: 'text' },
  getDemandMode: { call: 'count' },
  estimateBuffered: { call: 'count' },
  stop: { call: 'count?' },
  childStarted: { child: 'text', life: 'count', outcome: 'text' },
  childEnded: { child: 'text', life: 'count' },
  childLost: { child: 'text' },
  retryStart: { child: 'text' },
  exit: {},
  watch: { subscription: 'text', life: 'count?' },
  unwatch: { subscription: 'text' },
  reply: { call: 'count' },
  replyFailed: { call: 'count' },
  wired: { subscription: 'text' },
  startAgain: {},
  signal: {},
  spawn: { task: 'text', code: 'record', args: 'list', origin: 'count' },
  endTask: { task: 'text', kill: 'truth' },
  taskEnded: { task: 'text', outcome: 'record', origin: 'count' },
};

const FIELDS: ReadonlyMap<string, readonly (readonly [field: string, shape: Shape])[]> = new Map(
  Object.entries(SHAPES).map(([type, shapes]) => [type, Object.entries(shapes)]),
);

/** About a task, which runs for its stage on any worker. */
const OF_TASKS: ReadonlySet<string> = new Set<HostMessage['type']>(['spawn', 'endTask', 'taskEnded']);

/**
 * Whether what comes from another worker can be what that worker has to say: a message of the engine, to a stage that is here,
 * from a stage that is there. A worker runs a stranger's program, and must not speak for the stages of others (RUN-32).
 */
export class PeerCheck {
  readonly #worker: WorkerId;
  readonly #placement: Readonly<Record<StageId, WorkerId>>;
  readonly #onRefused: (error: EngineError<'envelope_refused'>) => void;
  #refused = 0;

  /**
   * @param worker - The one that receives.
   * @param onRefused - Told of the first envelope that is refused, the tenth, the hundredth …
   */
  constructor(
    worker: WorkerId,
    placement: Readonly<Record<StageId, WorkerId>>,
    onRefused: (error: EngineError<'envelope_refused'>) => void,
  ) {
    this.#worker = worker;
    this.#placement = placement;
    this.#onRefused = onRefused;
  }

  /** Whether to take an envelope from `peer`. */
  accepts(envelope: RemoteEnvelope, peer: WorkerId): boolean {
    const problem = this.fault(envelope, peer);
    if (problem === null) return true;
    this.#refused += 1;
    if (Number.isInteger(Math.log10(this.#refused))) {
      this.#onRefused(new EngineError('envelope_refused', { peer: peer + 1, problem, count: this.#refused }));
    }
    return false;
  }

  /** What is wrong with an envelope from `peer`, in a few words; `null` if nothing is. */
  fault(envelope: RemoteEnvelope, peer: WorkerId): string | null {
    if (!isRecord(envelope)) return 'it is no envelope';
    const { to, from, cause, message } = envelope;
    if (typeof to !== 'string' || !isRecord(message)) return 'it is no envelope';
    if (cause !== null && typeof cause !== 'number') return 'its cause is no entry';
    const { type } = message;
    const fields = FIELDS.get(type);
    if (!fields) return 'its message is of no known type';
    for (const [field, shape] of fields) {
      if (!fits(Reflect.get(message, field), shape))
        return `"${field}" of its "${type}" is not what it must be`;
    }
    if (OF_TASKS.has(type)) return this.#faultOfTask(message, { from, peer });
    if (this.#workerOf(to) !== this.#worker) return 'it is to a stage that is not here';
    if (typeof from !== 'string' || this.#workerOf(from) !== peer)
      return 'it is from a stage that is not there';
    return null;
  }

  #faultOfTask(
    message: StageMessage | HostMessage,
    { from, peer }: { readonly from: StageId | null; readonly peer: WorkerId },
  ): string | null {
    if (from === null || this.#workerOf(from) === undefined) return 'its task is of no stage';
    if (message.type === 'spawn' && message.origin !== peer) return 'its task is from another worker';
    if (message.type === 'taskEnded' && message.origin !== this.#worker)
      return 'its task was not started here';
    return null;
  }

  #workerOf(stage: StageId): WorkerId | undefined {
    if (Object.hasOwn(this.#placement, stage)) return this.#placement[stage];
    const reader = readerOf(stage);
    return reader !== null && Object.hasOwn(this.#placement, reader) ? this.#placement[reader] : undefined;
  }
}

function fits(value: unknown, shape: Shape): boolean {
  if (shape.endsWith('?') && value === undefined) return true;
  switch (shape) {
    case 'text':
    case 'text?':
      return typeof value === 'string';
    case 'count':
    case 'count?':
      return typeof value === 'number' && value >= 0;
    case 'list':
      return Array.isArray(value);
    case 'record':
    case 'record?':
      return isRecord(value);
    case 'truth':
      return typeof value === 'boolean';
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
