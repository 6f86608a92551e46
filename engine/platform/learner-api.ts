/** What a program may import from `sluice`, and nothing else: inside a worker it gets exactly these. */
export { consumer, producer, producerConsumer } from '../stage/define.ts';
export { ignore, stop, withOptions } from '../stage/definition.ts';
export {
  ask,
  call,
  cancel,
  cast,
  demandMode,
  estimateBuffered,
  reply,
  resubscribe,
  self,
  send,
  subscribe,
} from '../stage/self.ts';
export { broadcastDispatcher } from '../dispatcher/broadcast-dispatcher.ts';
export { defineDispatcher } from '../dispatcher/define-dispatcher.ts';
export { demandDispatcher } from '../dispatcher/demand-dispatcher.ts';
export { none, partitionDispatcher } from '../dispatcher/partition-dispatcher.ts';
import '../runtime/flow-run.ts';
export { Flow, ReducedFlow } from '../flow/flow.ts';
export { Window } from '../window/window-builder.ts';
export { pipeline } from '../runtime/pipeline.ts';
export { GenStage } from '../sink/gen-stage.ts';
export { toNodeStream } from '../sink/to-node-stream.ts';
export { toWritableStream } from '../sink/to-writable-stream.ts';
export { fromAsyncIterable } from '../source/from-async-iterable.ts';
export { fromEvents } from '../source/from-events.ts';
export { fromInterval } from '../source/from-interval.ts';
export { fromIterable } from '../source/from-iterable.ts';
export { fromNodeStream } from '../source/from-node-stream.ts';
export { fromReadableStream } from '../source/from-readable-stream.ts';
export { range } from '../source/range.ts';
export { countChildren, startChild, terminateChild, whichChildren } from '../supervision/child-requests.ts';
export { consumerSupervisor } from '../supervision/consumer-supervisor.ts';
export { sleep } from '../time/sleep.ts';
export { task } from '../task/declare.ts';
export { Task } from '../task/task.ts';
export type {
  CancelMode,
  Caller,
  ChildContext,
  Cancellation,
  CommonCallbacks,
  Consumer,
  ConsumerCallbacks,
  Consuming,
  Initial,
  Producer,
  ProducerCallbacks,
  ProducerConsumer,
  ProducerConsumerCallbacks,
  Producing,
  Reason,
  Returned,
  StageDefinition,
  StageOptions,
  Step,
  SubscribeOptions,
  SubscribeStep,
  SubscribeTo,
  Subscription,
} from '../stage/definition.ts';
export type { DemandMode, Self, StageRef, SubscribeTarget, SubscriptionRef, Timer } from '../stage/self.ts';
export type { DemandDispatcherOptions } from '../dispatcher/demand-dispatcher.ts';
export type { PartitionDispatcherOptions, PartitionName } from '../dispatcher/partition-dispatcher.ts';
export type {
  Answer,
  Delivery,
  Demand,
  DispatchOptions,
  Dispatched,
  Dispatcher,
  DispatcherContext,
  DispatcherSpec,
  DispatcherWarning,
  Effects,
  QueueChange,
  Refused,
} from '../dispatcher/dispatcher.ts';
export type {
  StageStream,
  StreamIterator,
  StreamOptions,
  StreamSubscription,
} from '../sink/stream-protocol.ts';
export type { NodeWritable } from '../sink/to-node-stream.ts';
export type { Overflow } from '../source/event-inbox.ts';
export type { EventsOptions, ListenOptions, ListenedEmitter, OpenEvents } from '../source/from-events.ts';
export type { IntervalOptions } from '../source/from-interval.ts';
export type { NodeReadable } from '../source/from-node-stream.ts';
export type { PumpedOptions } from '../source/pumped-source.ts';
export type { IterableOptions } from '../source/from-iterable.ts';
export type { Range } from '../source/range.ts';
export type { SourceOptions } from '../source/source-options.ts';
export type {
  ChildCounts,
  ChildRow,
  StartChildReply,
  TerminateChildReply,
} from '../supervision/child-requests.ts';
export type {
  ChildSpec,
  ChildStart,
  ConsumerSupervisorDefinition,
  ConsumerSupervisorOptions,
} from '../supervision/consumer-supervisor.ts';
export type { RestartLimits } from '../supervision/restart-intensity.ts';
export type { AsyncStreamOptions } from '../task/async-stream.ts';
export type { DeclaredTask } from '../task/declare.ts';
export type { TaskHandle, TaskResult } from '../task/task-handle.ts';
export type {
  ConsumingStage,
  ElementOf,
  FlowConsumer,
  FlowOptions,
  FlowSource,
  FlowSpec,
  IntoOptions,
  JoinOptions,
  PartitionOptions,
  RunningStage,
  SourceFlowOptions,
} from '../flow/flow-options.ts';
export type { FlowProgress, FlowRunOptions, LayerProgress } from '../flow/flow-runner.ts';
export type { EmittingStep, JoinMode, StageIndex } from '../flow/operation.ts';
export type { Firing, SessionId, TimeUnit, TriggerName, TriggerStep, WindowId } from '../window/window.ts';
export type { StageStartOptions } from '../runtime/pin.ts';
export type {
  Child,
  FlowHandle,
  FlowStartOptions,
  HandleOf,
  PipelineBuilder,
  StageHandle,
  StartArgs,
  SupervisorHandle,
} from '../runtime/pipeline.ts';
export type { Restart, Strategy, SupervisorOptions } from '../supervision/supervisor-options.ts';
export { EngineError } from '../errors.ts';
