import { Fields } from './fields.ts';
import type {
  FlowView,
  LayerBoundary,
  PlanCode,
  PlanView,
  StageView,
  SubscriptionView,
  SupervisorView,
  WindowingView,
} from './plan-view.ts';
import { WINDOW_TYPES } from './trace-entry.ts';

/**
 * A value of unknown origin as the view of a plan. Fields it does not know are left out.
 *
 * @throws {EngineError} `field_damaged`, naming the field, what it must be and what it is.
 */
export function parsePlan(value: unknown): PlanView {
  const f = new Fields(value, '');
  const stages = f.list('stages', stageView);
  return {
    stages,
    subscriptions: f.list('subscriptions', subscriptionView),
    ...(f.has('supervisors') && { supervisors: f.list('supervisors', supervisorView) }),
    ...(f.has('flows') && { flows: f.list('flows', flowView) }),
    ...(f.has('code') && { code: planCode(f.fields('code').fields('stages'), stages) }),
  };
}

/** Places of a stage that are read; a flow has no more operators that anybody reads. */
const MAX_OPERATORS = 200;

/** What is said of other stages than the plan's is left out. */
function planCode(places: Fields, stages: readonly StageView[]): PlanCode {
  const told = stages.filter(({ id }) => places.has(id));
  return {
    stages: Object.fromEntries(
      told.map(({ id }) => {
        const f = places.fields(id);
        return [
          id,
          {
            ...(f.has('started') && { started: f.text('started') }),
            ...(f.has('defined') && { defined: f.text('defined') }),
            ...(f.has('operators') && { operators: f.texts('operators').slice(0, MAX_OPERATORS) }),
          },
        ];
      }),
    ),
  };
}

function stageView(f: Fields): StageView {
  return {
    id: f.text('id'),
    kind: f.oneOf('kind', ['producer', 'producerConsumer', 'consumer']),
    dispatcher: f.isNull('dispatcher') ? null : f.text('dispatcher'),
    bufferSize: f.numberOrNull('bufferSize'),
    ...(f.has('bufferKeep') && { bufferKeep: f.oneOf('bufferKeep', ['first']) }),
    ...(f.has('partitions') && { partitions: f.names('partitions') }),
    ...(f.has('children') && {
      children: { restart: f.fields('children').oneOf('restart', ['transient', 'temporary']) },
    }),
    ...(f.has('worker') && { worker: f.number('worker') }),
    ...(f.has('copyOf') && { copyOf: f.text('copyOf') }),
  };
}

function subscriptionView(f: Fields): SubscriptionView {
  return {
    id: f.text('id'),
    consumer: f.text('consumer'),
    producer: f.text('producer'),
    maxDemand: f.number('maxDemand'),
    minDemand: f.number('minDemand'),
    cancel: f.oneOf('cancel', ['permanent', 'transient', 'temporary']),
    ...(f.has('partition') && { partition: f.name('partition') }),
    ...(f.has('selective') && f.truth('selective') && { selective: true }),
  };
}

function supervisorView(f: Fields): SupervisorView {
  return {
    id: f.text('id'),
    strategy: f.oneOf('strategy', ['oneForOne', 'restForOne', 'oneForAll']),
    maxRestarts: f.number('maxRestarts'),
    maxSeconds: f.number('maxSeconds'),
    children: f.list('children', (child) => ({
      id: child.text('id'),
      restart: child.oneOf('restart', ['permanent', 'transient', 'temporary']),
    })),
  };
}

const BOUNDARIES = [
  'source',
  'mappers',
  'partition',
  'shuffle',
  'merge',
  'join',
  'departition',
  'through',
  'into',
  'output',
] as const satisfies readonly LayerBoundary[];

function restartsIn(f: Fields): NonNullable<FlowView['restart']> {
  return Object.fromEntries(f.keys.map((id) => [id, f.oneOf(id, ['permanent', 'temporary'])]));
}

function windowingView(f: Fields): WindowingView {
  return {
    type: f.oneOf('type', WINDOW_TYPES),
    length: f.number('length'),
    step: f.number('step'),
    every: f.numberOrNull('every'),
    ownTrigger: f.truth('ownTrigger'),
    periodicallyMs: f.numberList('periodicallyMs'),
    allowedLatenessMs: f.number('allowedLatenessMs'),
    outOfOrdernessMs: f.numberOrNull('outOfOrdernessMs'),
    idleAfterMs: f.numberOrNull('idleAfterMs'),
  };
}

function flowView(f: Fields): FlowView {
  return {
    id: f.text('id'),
    stages: f.texts('stages'),
    sources: f.texts('sources'),
    outlets: f.texts('outlets'),
    ends: f.texts('ends'),
    ...(f.has('restart') && { restart: restartsIn(f.fields('restart')) }),
    demand: f.oneOf('demand', ['forward', 'accumulate']),
    layers: f.list('layers', (layer) => ({
      kind: layer.oneOf('kind', ['source', 'mapReducer', 'stage']),
      stages: layer.texts('stages'),
      operations: layer.texts('operations'),
      ...(layer.has('window') && { window: layer.text('window') }),
      ...(layer.has('windowing') && { windowing: windowingView(layer.fields('windowing')) }),
      boundary: layer.oneOf('boundary', BOUNDARIES),
      because: layer.text('because'),
    })),
    ...(f.has('worker') && { worker: f.number('worker') }),
  };
}
