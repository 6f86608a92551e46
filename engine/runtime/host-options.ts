import type { Seq, StageId, WorkerId } from '../ids.ts';
import type { Reason, StageDefinition } from '../stage/definition.ts';
import type { RemoteEnvelope } from '../stage/message.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { FlowView, SupervisorView } from '../trace/plan-view.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { CallbackName } from '../trace/trace-entry.ts';
import type { Weather } from '../trace/weather.ts';
import type { TraceLevel } from '../transport/protocol.ts';
import type { StopOptions } from './host-stops.ts';
import type { Hosted } from './hosted.ts';

/** What a stage has failed of. */
export interface StageCrash {
  /** `null`: outside of all callbacks. */
  readonly callback: CallbackName | null;
  readonly error: unknown;
}

/** Who hosts stages, and what they may use. */
export interface StageHostOptions {
  readonly worker: WorkerId;
  /** Workers of the run, this one included. */
  readonly workers: number;
  /** Which worker runs which stage; the same on all workers. Stages of no worker do not exist. */
  readonly placement: Readonly<Record<StageId, WorkerId>>;
  /** All supervisors of the run, on whatever worker they are; none if left out. */
  readonly supervisors?: readonly SupervisorView[];
  /** All flows of the run, likewise. */
  readonly flows?: readonly FlowView[];
  readonly scheduler: Scheduler;
  /** Seeded, in [0, 1): numbers of each stage's own. */
  readonly random: (stage: StageId) => number;
  /** What the stages of this worker go through; that of others is left alone. */
  readonly weather?: Weather;
  /** At what it is to stop, where somebody asks for that. */
  readonly stops?: StopOptions;
  /** As `after` of the scheduler, for what does not keep a run going; default: that one. */
  readonly quietly?: Scheduler['after'];
  readonly trace: TraceLevel;
  /** Entries kept until they are taken from the recorder; later ones are counted as dropped. */
  readonly capacity: number;
  /** Which worker of its number this is, from 0. */
  readonly replaced?: number;
  /** What is recorded here comes after this entry. */
  readonly afterSeq?: Seq;
  /** Keeps what the console says; the recorder of all other entries if there is none. */
  readonly console?: Recorder;
  /** A message for a stage of another worker. */
  readonly onRemote: (envelope: RemoteEnvelope, worker: WorkerId) => void;
  /** A callback of the learner's is about to run, or a task: `task "name"`. */
  readonly onEntering?: (stage: StageId, callback: string) => void;
  /** A stage fails; what was thrown is the very error. */
  readonly onCrash?: (stage: StageId, crash: StageCrash) => void;
  /** A stage, a supervisor or a flow has ended. */
  readonly onEnded?: (id: StageId, reason: Reason) => void;
  /** Workers that tasks may run on; default all. */
  readonly taskWorkers?: number;
  /** Tasks that a stream of tasks runs at once unless told otherwise; default the workers they may run on. */
  readonly concurrency?: number;
  /** Definition of a stage, of whatever worker: what children of a consumerSupervisor run stands there. */
  readonly definitionOf?: (stage: StageId) => StageDefinition | null;
  /** A task waits to begin, or has gone on: there may be something to do. */
  readonly onTasks?: () => void;
  /** A stage has something to do: its mailbox was empty, or it has handled one message and has another. */
  readonly onReady?: (stage: Hosted) => void;
}
