/** The public API of the engine, imported as `sluice` by lessons, the app and users. Nothing else is reachable. */
import { evaluateLoops } from './platform/evaluate-loops.ts';

// --- What a learner writes --------------------------------------------------------------------------------------
export * from './platform/learner-api.ts';

// --- Plans ------------------------------------------------------------------------------------------------------
export { planOf } from './runtime/pipeline.ts';
export { Plan, isPlan, viewOfPlan } from './runtime/plan.ts';
export type { PlannedStage, PlannedSubscription, PlannedSupervisor } from './runtime/plan.ts';
export { parsePlan } from './trace/parse-plan.ts';
export { PLAN_WARNINGS } from './trace/plan-view.ts';
export type {
  FlowView,
  LayerView,
  PlanCode,
  PlanView,
  PlanWarning,
  PlanWarningCode,
  StageCode,
  StageView,
  SubscriptionView,
  SupervisorView,
  WindowingView,
} from './trace/plan-view.ts';

// --- Children of a consumerSupervisor ---------------------------------------------------------------------------
export { childrenOf } from './supervision/child-requests.ts';
export type { CallsStages, ChildrenClient } from './supervision/child-requests.ts';

// --- Failures, names --------------------------------------------------------------------------------------------
export { ERRORS } from './errors.ts';
export type { ErrorCode, ErrorDetails } from './errors.ts';
export type { Seq, StageId, SubscriptionId, TaskId, WorkerId } from './ids.ts';

// --- The trace --------------------------------------------------------------------------------------------------
export { LOST_WHERE, TRACE_VERSION } from './trace/trace-entry.ts';
export type {
  AssignedSlice,
  CallbackName,
  EntryBase,
  EntryOf,
  FaultKind,
  LogLevel,
  LostWhere,
  SourcePlace,
  StageKind,
  StateAfterFiring,
  TraceEntry,
  TraceError,
  TraceEvent,
  TraceReason,
  TraceType,
  TraceValue,
} from './trace/trace-entry.ts';
export {
  BURST_TIMES,
  MAX_SLOW_MS,
  MAX_WEATHER_BLOCKS,
  MAX_WEATHER_MS,
  WEATHER_KINDS,
} from './trace/weather.ts';
export { readWeather } from './trace/weather.ts';
export type { Weather, WeatherBlock, WeatherKind } from './trace/weather.ts';
export { MAX_STOP_CONDITIONS, readStopCondition, readStopConditions } from './trace/stop-condition.ts';
export type { StopCondition, StopHit, StopNames } from './trace/stop-condition.ts';
export { StopWatch } from './trace/stop-watch.ts';
export { edgeOfLife } from './trace/lives.ts';
export { traceError, traceValue } from './trace/trace-value.ts';

// --- Runs in this thread, in real time --------------------------------------------------------------------------
export { LocalRun, runLocal } from './runtime/local-run.ts';
export type { LocalEnd, LocalRunOptions } from './runtime/local-run.ts';

// --- Runs in one place, in virtual time -------------------------------------------------------------------------
export { runVirtual } from './runtime/virtual-run.ts';
export type { VirtualRun, VirtualRunOptions } from './runtime/virtual-run.ts';
export type { Print } from './runtime/print.ts';
export { StageHost } from './runtime/stage-host.ts';
export { hostStream } from './runtime/host-stream.ts';
export type { StageHostOptions } from './runtime/host-options.ts';
export type { Fault, FaultAccess } from './runtime/faults.ts';
export type { PlannedFault } from './runtime/planned-faults.ts';
export type { StageSnapshot } from './stage/stage-report.ts';
export type { StartOutcome } from './stage/stage.ts';
export type { Envelope, HostMessage, RemoteEnvelope, StageMessage } from './stage/message.ts';
export { seededRandom } from './time/random.ts';

// --- Protocol of workers ----------------------------------------------------------------------------------------
export { PROTOCOL_VERSION } from './transport/protocol.ts';
export type {
  Crossings,
  FromWorker,
  OutputLine,
  Pace,
  StageCounters,
  StageRequest,
  SubscriptionCounters,
  Telemetry,
  ToWorker,
  TraceLevel,
} from './transport/protocol.ts';
export { parseFromWorker } from './transport/parse-message.ts';
export type { Subscribed } from './transport/parse-answer.ts';

// --- Runs on workers (runtime, transport, replay) ---------------------------------------------------------------
export { startRun } from './runtime/controller.ts';
export type {
  Crew,
  Platform,
  RunEnd,
  RunFailure,
  RunHandle,
  RunOptions,
  RunUpdate,
  Speed,
  StageAccess,
  WorkerLink,
} from './runtime/run-handle.ts';
export { copyRefused } from './runtime/copies.ts';
export type { Copies } from './runtime/copies.ts';
export { defaultWorkers, placementOf } from './runtime/placement.ts';
export type { Placement, PlacementPolicy } from './runtime/placement.ts';
export { realScheduler } from './time/scheduler.ts';
export type { Scheduler } from './time/scheduler.ts';
export { BlockEntries } from './trace/block-entries.ts';
export { parseEntry } from './trace/codec.ts';
export { findInconsistency, type Inconsistency } from './trace/consistency.ts';
export { blockOf } from './trace/entry-block.ts';
export type { EntryBlock } from './trace/entry-block.ts';
export { encodeEntries } from './trace/entry-columns.ts';
export {
  encodeHead,
  encodeRecording,
  encodeTail,
  MAX_BOOKMARK_NOTE,
  MAX_BOOKMARKS,
} from './trace/recording.ts';
export type {
  Bookmark,
  RecordedLine,
  RecordedProgram,
  Recording,
  RecordingHead,
  RecordingTail,
} from './trace/recording.ts';
export { inOrder } from './trace/in-order.ts';
export { decodeRecording, RecordingReader } from './trace/recording-reader.ts';
export { MergedTrace } from './runtime/merged-trace.ts';
export type { RecordingLimits } from './trace/recording-reader.ts';
export type { RecordedEnd } from './trace/run-end.ts';
export { advance, partitionName } from './trace/advance.ts';
export { emptyState } from './trace/pipeline-state.ts';
export { decodeTrace, encodeTrace } from './trace/trace-lines.ts';
export { Replay, replay } from './trace/replay.ts';
export type {
  AskInFlight,
  EventsInFlight,
  PipelineState,
  ReplayPlan,
  RunningTask,
  FlowState,
  StageState,
  SubscriptionState,
  SupervisorState,
  TaskOutcome,
  TaskState,
  WindowsState,
} from './trace/pipeline-state.ts';

evaluateLoops();
