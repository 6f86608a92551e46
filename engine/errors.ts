/** One kind of failure: what it says, and what to do next. */
interface Entry {
  // The details differ per code; `ErrorDetails` gives each its own type back.
  readonly message: (details: never) => string;
  readonly hint: string;
}

/** Every failure the engine reports. Codes are public API. Workers count from 1, as everything that is shown does. */
export const ERRORS = {
  ask_not_positive: {
    message: (d: { subscription: string; received: string }) =>
      `Cannot ask on "${d.subscription}" as demand must be an integer >= 1: received ${d.received}`,
    hint: 'A consumer that wants nothing stays silent; it asks again once it has handled events.',
  },
  bad_dispatcher: {
    message: (d: { dispatcher: string; requirement: string; received: string }) =>
      `Cannot use ${d.dispatcher} as a dispatcher must be ${d.requirement}: received ${d.received}`,
    hint: 'A dispatcher has a name, and create returns an object with subscribe, ask, cancel and dispatch.',
  },
  bad_step: {
    message: (d: { stage: string; callback: string; requirement: string; received: string }) =>
      `Cannot go on after ${d.callback} of "${d.stage}" as ${d.requirement}: received ${d.received}`,
    hint: 'Return nothing, or an object such as { events: [1, 2], state: next }. Events are always an array.',
  },
  call_unanswered: {
    message: (d: { stage: string; reason: string }) =>
      `Cannot answer the call as "${d.stage}" must be running: it ended with ${d.reason}`,
    hint: 'Return { reply: … } from handleCall, and call only stages that run.',
  },
  call_itself: {
    message: (d: { action: string; stage: string }) =>
      `Cannot ${d.action} as a stage must not wait for itself: received "${d.stage}" from "${d.stage}"`,
    hint: 'Leave yourself a message for a later turn: self().cast(…) or self().info(…).',
  },
  call_timeout: {
    message: (d: { stage: string; timeoutMs: number }) =>
      `Cannot go on with the call as "${d.stage}" must answer within ${d.timeoutMs} ms: received no answer`,
    hint: 'Answer sooner, wait longer (the third argument of call), or use cast. Stages that call each other wait for ever.',
  },
  copies_out_of_range: {
    message: (d: { stage: string; most: number; received: string }) =>
      `Cannot start "${d.stage}" several times as copies must be an integer from 1 to ${d.most}: received ${d.received}`,
    hint: 'Write copies: { save: 2 } to start "save" and "save 2".',
  },
  copy_flow_stage: {
    message: (d: { stage: string; flow: string; count: number }) =>
      `Cannot start "${d.stage}" ${d.count} times as the flow "${d.flow}" must decide how many stages its layers have: received ${d.count} copies of one of them`,
    hint: 'Give the layer more stages where the flow is written: partition({ stages: 4 }), or Flow.from(source, { stages: 4 }).',
  },
  copy_partition: {
    message: (d: { stage: string; producer: string; partition: string; count: number }) =>
      `Cannot start "${d.stage}" ${d.count} times as ${d.partition} of "${d.producer}" must have one consumer: received ${d.count}`,
    hint: 'Add partitions instead: partitionDispatcher({ partitions: 4 }), and a consumer for each.',
  },
  copy_producer: {
    message: (d: { stage: string; count: number }) =>
      `Cannot start "${d.stage}" ${d.count} times as a producer must make its events once: received ${d.count} copies, each of which would make all of them`,
    hint: 'Share out what is to be made: start two producers, each with its own half.',
  },
  copy_shared_events: {
    message: (d: { stage: string; producer: string; dispatcher: string; count: number }) =>
      `Cannot start "${d.stage}" ${d.count} times as its producer "${d.producer}" must give each event to one of its consumers: received the dispatcher "${d.dispatcher}"`,
    hint: 'With demandDispatcher() each event goes to one consumer. With broadcastDispatcher() every copy would get all of them.',
  },
  copy_unknown: {
    message: (d: { stage: string; nearest: string; known: string }) =>
      `Cannot start "${d.stage}" several times as copies must name stages of the plan, which are ${d.known}: received "${d.stage}"${d.nearest}`,
    hint: 'Use the name that was given to start(…), as in copies: { save: 2 }.',
  },
  cycle: {
    message: (d: { path: string }) =>
      `Cannot subscribe as events must never come back to where they started: received ${d.path}`,
    hint: 'Events flow one way. Remove one subscription of the circle.',
  },
  definition_unknown_key: {
    message: (d: { kind: string; key: string; nearest: string; allowed: string }) =>
      `Cannot define a ${d.kind} as it may only have ${d.allowed}: received "${d.key}"${d.nearest}`,
    hint: 'Check the spelling. Each kind of stage has its own callbacks and options.',
  },
  definition_missing_callback: {
    message: (d: { kind: string; callback: string }) =>
      `Cannot define a ${d.kind} as it must have ${d.callback}: received none`,
    hint: 'A producer needs handleDemand; a producerConsumer and a consumer need handleEvents.',
  },
  definition_not_function: {
    message: (d: { kind: string; callback: string; received: string }) =>
      `Cannot define a ${d.kind} as ${d.callback} must be a function: received ${d.received}`,
    hint: 'Write it as a function: handleDemand: (demand, state) => ({ events: [] }).',
  },
  demand_mode: {
    message: (d: { received: string }) =>
      `Cannot set the demand mode as it must be "forward" or "accumulate": received ${d.received}`,
    hint: '"forward" passes demand on to handleDemand; "accumulate" holds it until the mode changes.',
  },
  dispatcher_answer: {
    message: (d: {
      stage: string;
      dispatcher: string;
      method: string;
      requirement: string;
      received: string;
    }) =>
      `Cannot go on after ${d.method} of the ${d.dispatcher} dispatcher of "${d.stage}" as it must answer with ${d.requirement}: received ${d.received}`,
    hint: 'subscribe, ask and cancel answer with new demand, an integer >= 0; dispatch with { deliveries, leftover }.',
  },
  duplicate_stage: {
    message: (d: { name: string }) =>
      `Cannot start a stage as its name must be new in the pipeline: received "${d.name}" again`,
    hint: 'Give every stage a name of its own, also when two run the same definition.',
  },
  hash_answer: {
    message: (d: { stage: string; event: string; received: string }) =>
      `Cannot dispatch from "${d.stage}" as hash must return [event, partition] or none: received ${d.received} for the event ${d.event}`,
    hint: 'Write hash: (event) => [event, 0]. Return none, imported from sluice, for an event that nobody should get.',
  },
  hash_partition_unknown: {
    message: (d: { stage: string; event: string; received: string; known: string; nearest: string }) =>
      `Cannot dispatch from "${d.stage}" as hash must name one of its partitions (${d.known}): received ${d.received} for the event ${d.event}${d.nearest}`,
    hint: 'Name a partition of partitions: …, or return none for an event that nobody should get.',
  },
  flow_answer: {
    message: (d: { operator: string; stage: string; requirement: string; received: string }) =>
      `Cannot go on with ${d.operator} in "${d.stage}" as its function must answer with ${d.requirement}: received ${d.received}`,
    hint: 'Look at what the function you gave to this operator returns: a missing return answers with undefined, an async function with a promise, which nobody waits for here.',
  },
  flow_not_pair: {
    message: (d: { operator: string; stage: string; received: string }) =>
      `Cannot go on with ${d.operator} in "${d.stage}" as each event must be a pair [key, value]: received ${d.received}`,
    hint: 'Make pairs first: .map((event) => [event.key, event]).',
  },
  flow_state_elements: {
    message: (d: { stage: string; received: string }) =>
      `Cannot emit the elements of the state of "${d.stage}" as it must be a Map, an iterable or a record: received ${d.received}`,
    hint: "Emit it as one event with .emit('state'), or say with .onTrigger(…) what is to be emitted.",
  },
  no_pipeline: {
    message: (d: { received: string }) =>
      `Cannot run the program as its default export must be a pipeline or a flow: received ${d.received}`,
    hint: 'End the file with: export default pipeline(({ start, subscribe }) => { … }), or with a flow: export default Flow.from(words).map(…).',
  },
  not_a_consumer: {
    message: (d: { stage: string }) =>
      `Cannot subscribe "${d.stage}" as only a consumer or a producerConsumer receives events: received a producer`,
    hint: 'subscribe takes the stage that receives first, and { to: the stage that sends } second.',
  },
  not_a_definition: {
    message: (d: { name: string; received: string }) =>
      `Cannot start "${d.name}" as it needs a producer, producerConsumer or consumer: received ${d.received}`,
    hint: 'Make the definition first: const numbers = producer({ … }), then start("numbers", numbers).',
  },
  not_a_producer: {
    message: (d: { consumer: string; stage: string }) =>
      `Cannot subscribe "${d.consumer}" to "${d.stage}" as only a producer or a producerConsumer sends events: received a consumer`,
    hint: 'A consumer is the end of the line. Make it a producerConsumer if it should pass events on.',
  },
  option_out_of_range: {
    message: (d: { option: string; at: string; requirement: string; received: string }) =>
      `Cannot use ${d.option} of ${d.at} as it must be ${d.requirement}: received ${d.received}`,
    hint: 'Demands and buffers count events. maxDemand is at least 1 and minDemand is below maxDemand.',
  },
  option_unknown: {
    message: (d: { option: string; at: string; nearest: string; allowed: string }) =>
      `Cannot use ${d.option} as ${d.at} may only have ${d.allowed}: received "${d.option}"${d.nearest}`,
    hint: 'Check the spelling, and whether the option belongs to this kind of stage.',
  },
  outside_callback: {
    message: (d: { action: string }) =>
      `Cannot ${d.action} as it must be called while a callback of the stage runs: received a call from elsewhere`,
    hint: 'Call it inside the callback, before its first await. After one, go on with what self() gave: me.call(…), me.within(() => …).',
  },
  partition_missing: {
    message: (d: { stage: string; consumer: string; known: string }) =>
      `Cannot subscribe "${d.consumer}" to "${d.stage}" as it must name a partition (${d.known}): received none`,
    hint: 'Write subscribe(sink, { to: source, partition: 0 }). Each partition has one consumer.',
  },
  partition_taken: {
    message: (d: { stage: string; consumer: string; partition: string; holder: string }) =>
      `Cannot subscribe "${d.consumer}" to "${d.stage}" as a partition must have one consumer: received ${d.partition}, which "${d.holder}" has`,
    hint: 'Take another partition, or make more of them: partitionDispatcher({ partitions: 4 }).',
  },
  partition_unknown: {
    message: (d: { stage: string; consumer: string; received: string; known: string; nearest: string }) =>
      `Cannot subscribe "${d.consumer}" to "${d.stage}" as its partition must be one of ${d.known}: received ${d.received}${d.nearest}`,
    hint: 'Use a name given to partitionDispatcher({ partitions: … }); a number n there means 0 to n - 1.',
  },
  partitions_without_hash: {
    message: (d: { received: string }) =>
      `Cannot use partitionDispatcher without a hash as its partitions must then be integers: received ${d.received}`,
    hint: 'Say which event goes where: hash: (event) => [event, "name of its partition"].',
  },
  plan_too_large: {
    message: (d: { limit: string }) =>
      `Cannot plan the pipeline as it must have at most ${d.limit}: received more`,
    hint: 'Look for a loop that starts stages or subscribes without end. One stage handles many events: it takes no stage per event.',
  },
  plan_differs: {
    message: (d: { worker: number; difference: string }) =>
      `Cannot run the plan as every worker must come to the same one: received another from worker ${d.worker}, ${d.difference}`,
    hint: 'Every worker evaluates the whole program. Leave out of the plan what differs per worker: random numbers, the time, loaded data.',
  },
  start_options: {
    message: (d: { stage: string; received: string }) =>
      `Cannot start "${d.stage}" as what follows its argument must be a record of options: received ${d.received}`,
    hint: 'Write start("a", a, argument, { worker: 2 }); where there is no argument, undefined stands in its place.',
  },
  pin_out_of_range: {
    message: (d: { stage: string; worker: number; workers: number }) =>
      `Cannot run "${d.stage}" on worker ${d.worker} as the run may have ${d.workers === 1 ? 'one worker' : `workers 1 to ${d.workers}`}: received { worker: ${d.worker} }`,
    hint: 'Pin it to one of these, or let the run have more workers.',
  },
  selector_not_function: {
    message: (d: { stage: string; subscription: string; received: string }) =>
      `Cannot subscribe "${d.subscription}" to "${d.stage}" as selector must be a function of an event: received ${d.received}`,
    hint: 'Write subscribe(sink, { to: source, selector: (event) => event > 9 }).',
  },
  supervised_twice: {
    message: (d: { child: string; by: string; supervisor: string }) =>
      `Cannot supervise "${d.child}" with "${d.supervisor}" as a child has one supervisor: received a child of "${d.by}"`,
    hint: 'Name every stage and every supervisor in one supervise(…) only.',
  },
  supervisor_children: {
    message: (d: { supervisor: string; received: string }) =>
      `Cannot supervise with "${d.supervisor}" as its children must be a list of at least one: received ${d.received}`,
    hint: 'Pass what start and supervise returned: supervise("all", [source, { child: sink, restart: "transient" }], { strategy: "restForOne" }).',
  },
  stage_unknown: {
    message: (d: { action: string; stage: string; nearest: string; known: string }) =>
      `Cannot ${d.action} as "${d.stage}" must be a stage of the pipeline (${d.known}): received an unknown name${d.nearest}`,
    hint: 'Start the stage with start(name, definition) in the same pipeline, and use what start returns.',
  },
  stage_name: {
    message: (d: { received: string }) =>
      `Cannot start a stage as its name must be a text of 1 to 200 characters that does not end in @ and a number: received ${d.received}`,
    hint: 'The name comes first: start("numbers", numbers, 0). An end such as @2 marks what a restarted stage does.',
  },
  stages_lost: {
    message: (d: { stages: string }) =>
      `Cannot go on as every stage must have a worker: ${d.stages} ended with theirs, and nobody starts them again`,
    hint: 'Put stages under a supervisor with supervise(…): what runs on another worker starts them again after such an end.',
  },
  subscription_unknown: {
    message: (d: { action: string; subscription: string; nearest: string; known: string }) =>
      `Cannot ${d.action} as "${d.subscription}" must be a subscription of the run (${d.known}): received an unknown name${d.nearest}`,
    hint: 'A subscription is named after its ends, consumer first: "printer←numbers".',
  },
  subscribe_target: {
    message: (d: { consumer: string; received: string }) =>
      `Cannot subscribe "${d.consumer}" as { to } must be a stage: received ${d.received}`,
    hint: 'Write subscribe(sink, { to: source }), with what start returned.',
  },
  protocol_unknown_message: {
    message: (d: { received: string }) =>
      `Cannot handle a message as its type must be one of the protocol: received ${d.received}`,
    hint: 'Both sides must come from the same version of Sluice.',
  },
  protocol_version: {
    message: (d: { received: number; supported: number }) =>
      `Cannot talk to the other side as its protocol must be version ${d.supported}: received ${d.received}`,
    hint: 'Both sides must come from the same version of Sluice. Reload the page.',
  },
  fault_injected: {
    message: (d: { stage: string; message: string }) =>
      `Cannot go on as "${d.stage}" was made to fail from outside: received ${d.message}`,
    hint: 'Somebody has injected this crash with crash(…) or from the menu of the picture; the program is not to blame.',
  },
  flow_after_into: {
    message: (d: { operator: string }) =>
      `Cannot use ${d.operator} as intoStages and intoSpecs must be the end of a flow: received it behind them`,
    hint: 'Events that have been handed to consumers are gone. Give the flow to both: its consumers, and the next flow.',
  },
  flow_after_reduction: {
    message: (d: { operator: string; reduction: string }) =>
      `Cannot use ${d.operator} as it must come before the reduction of its layer: received it behind ${d.reduction}`,
    hint: 'After a reduction there is a state and no events any more. Use onTrigger to change what it emits, or begin a new layer first: partition() or shuffle().',
  },
  flow_async: {
    message: (d: { at: string; argument: string }) =>
      `Cannot use ${d.at} as ${d.argument} must answer at once: received an async function`,
    hint: 'What takes time is done by a stage of its own, whose callbacks may be async: throughSpecs([producerConsumer({ handleEvents: async … })]).',
  },
  flow_batch_mapper_first: {
    message: (d: { before: string }) =>
      `Cannot use mapBatch as it must come first in its layer: received it behind ${d.before}`,
    hint: 'It gets batches as they arrive, before anything else touches them. Write it first, or begin a new layer: shuffle().',
  },
  flow_emit_unknown: {
    message: (d: { received: string; nearest: string }) =>
      `Cannot use emit as it must get "events", "state" or "nothing": received ${d.received}${d.nearest}`,
    hint: '"events" sends the elements of the state, "state" the state as one event, "nothing" nothing at all.',
  },
  flow_emission_twice: {
    message: (d: { operator: string; before: string }) =>
      `Cannot use ${d.operator} as a layer must say once what it emits: received it behind ${d.before}`,
    hint: 'Keep one of them. onTrigger can do everything that emit can.',
  },
  flow_failed: {
    message: (d: { stage: string; problem: string }) =>
      `Cannot run the flow to its end as none of its stages may fail: received ${d.problem} from "${d.stage}"`,
    hint: 'What the program threw is the cause of this error. A flow ends with its first failure.',
  },
  flow_hash: {
    message: (d: { received: string }) =>
      `Cannot partition the flow as hash must be a function of an event: received ${d.received}`,
    hint: 'It answers with the event and its partition, from 0: hash: (event) => [event, event.id % 4], or with none.',
  },
  flow_join_mode: {
    message: (d: { at: string; received: string; nearest: string }) =>
      `Cannot use ${d.at} as its mode must be "inner", "leftOuter", "rightOuter" or "fullOuter": received ${d.received}${d.nearest}`,
    hint: 'inner keeps pairs only; leftOuter, rightOuter and fullOuter also keep what found no partner on that side.',
  },
  flow_key: {
    message: (d: { received: string }) =>
      `Cannot partition the flow as key must be the name of a field, the index of an item (an integer >= 0) or a function of an event: received ${d.received}`,
    hint: 'Write partition({ key: "origin" }), partition({ key: 0 }) or partition({ key: (event) => event.origin }).',
  },
  flow_key_missing: {
    message: (d: { key: string; received: string }) =>
      `Cannot partition the flow as every event must have the key ${d.key}: received ${d.received}`,
    hint: 'Drop such events before, with filter, or give a function as key that answers for them too.',
  },
  flow_key_size: {
    message: (d: { requirement: string; received: string }) =>
      `Cannot compare a key by value as it must hold ${d.requirement}: received ${d.received}`,
    hint: 'Take what says which one it is, such as an id: uniqBy((event) => event.id), groupBy((event) => event.id).',
  },
  flow_list: {
    message: (d: { at: string; requirement: string; received: string }) =>
      `Cannot use ${d.at} as it must get ${d.requirement}: received ${d.received}`,
    hint: 'The list may not be empty: without anything in it, no event would ever come.',
  },
  flow_needs_reduction: {
    message: (d: { operator: string }) =>
      `Cannot use ${d.operator} as it must come behind a reduction of the same layer: received a flow without one`,
    hint: 'It works on the state of a reduction: put reduce, group, groupBy, groupByKey or emitAndReduce before it, in the same layer.',
  },
  flow_not_function: {
    message: (d: { at: string; argument: string; received: string }) =>
      `Cannot use ${d.at} as ${d.argument} must be a function: received ${d.received}`,
    hint: 'A first state is given as a function that makes it, as every stage needs one of its own: reduce(() => 0, …).',
  },
  flow_of_flow: {
    message: (d: { at: string }) =>
      `Cannot use ${d.at} as it must get data, such as an array: received a flow`,
    hint: 'A flow goes on with its own operators. To bring flows together: Flow.merge, Flow.partition or Flow.shuffle.',
  },
  flow_partitions: {
    message: (d: { stages: number; partitions: string }) =>
      `Cannot feed ${d.stages} stages from this dispatcher as each must have a partition of its own: received the partitions ${d.partitions}`,
    hint: 'Give the layer as many stages as the dispatcher has partitions.',
  },
  flow_reduced_twice: {
    message: (d: { operator: string; before: string }) =>
      `Cannot use ${d.operator} as a layer must have one reduction: received it behind ${d.before}`,
    hint: 'Begin a new layer to reduce again: partition() or shuffle(). To change what is emitted, use onTrigger.',
  },
  flow_too_large: {
    message: (d: { flow: string; limit: string }) =>
      `Cannot plan the flow "${d.flow}" as it must have at most ${d.limit}: received more`,
    hint: 'Every stage of a layer subscribes to every stage of the layer before it, and a flow that is merged with itself is planned twice: give its layers fewer stages, or use it once.',
  },
  flow_unended: {
    message: (d: { stages: string }) =>
      `Cannot end the flow as each of its stages must end when its input has: received ${d.stages}, with nothing left to do`,
    hint: 'A stage of throughSpecs or intoSpecs goes on when its producers have ended: let its handleCancel answer { stop: "normal" }.',
  },
  flow_window_unused: {
    message: (d: { window: string }) =>
      `Cannot use the window (${d.window}) as its layer must have an operator: received a layer without one`,
    hint: 'A window needs something that happens in it: reduce behind it, in the same layer.',
  },
  flow_without_source: {
    message: (d: { flow: string }) => `Cannot run "${d.flow}" as a flow must have a source: received none`,
    hint: 'Begin with Flow.from, Flow.fromStages or Flow.fromSpecs.',
  },
  field_damaged: {
    message: (d: { field: string; expected: string; received: string }) =>
      `Cannot read the data as ${d.field} must be ${d.expected}: received ${d.received}`,
    hint: 'The data was changed, cut off, or written by another version.',
  },
  trace_damaged: {
    message: (d: { line: number; problem: string }) =>
      `Cannot read the recording as every line must be whole: line ${d.line} is not, ${d.problem}`,
    hint: 'Get the recording again from where it came; a part of a line cannot be guessed.',
  },
  trace_version: {
    message: (d: { received: number; oldest: number; newest: number }) =>
      `Cannot read the recording as it must be of version ${d.oldest} to ${d.newest}: received ${d.received}`,
    hint: 'What a newer Sluice has recorded needs that one: reload the page, or update the package. Record an older one again.',
  },
  not_a_recording: {
    message: (d: { received: string }) =>
      `Cannot open the recording as its first line must say what it is: received ${d.received}`,
    hint: 'A recording is written by npx sluice run … --trace FILE, or saved below the picture of a run.',
  },
  recording_no_plan: {
    message: (d: { received: string }) =>
      `Cannot open the recording as its first line must hold the plan of the run: received ${d.received}`,
    hint: 'Nothing could be drawn without the plan. Record the program again.',
  },
  recording_too_large: {
    message: (d: { what: string; limit: number }) =>
      `Cannot open the recording as it may have at most ${d.limit} ${d.what}: received more`,
    hint: 'Record less: fewer events, or stop the run earlier. npx sluice replay FILE reads recordings of any length.',
  },
  source_closed: {
    message: (d: { at: string }) =>
      `Cannot read on as what ${d.at} reads must come to its end: received a stream that was closed before`,
    hint: 'Somebody destroyed the stream. Leave that to the stage: it does so when it ends.',
  },
  source_not_readable: {
    message: (d: { at: string; requirement: string; received: string }) =>
      `Cannot read from a source as ${d.at} needs ${d.requirement}: received ${d.received}`,
    hint: 'Give the source itself, or a function that makes it: then every stage of this definition reads one of its own.',
  },
  source_overflow: {
    message: (d: { stage: string; bufferSize: number; received: number }) =>
      `Cannot keep the events of "${d.stage}" as at most ${d.bufferSize} may wait: received ${d.received} more than that`,
    hint: 'The source cannot be slowed. Let its consumers ask for more, raise bufferSize, or choose overflow: "dropOldest" or "dropNewest".',
  },
  sink_closed: {
    message: (d: { at: string }) =>
      `Cannot write on as what ${d.at} writes to must stay open: received a stream that was closed before its end`,
    hint: 'Somebody destroyed the stream. Leave that to the stage: it ends the stream when its producers have ended.',
  },
  sink_not_writable: {
    message: (d: { at: string; requirement: string; received: string }) =>
      `Cannot write to a sink as ${d.at} needs ${d.requirement}: received ${d.received}`,
    hint: 'Give the stream itself, or a function that makes it: then every stage of this definition writes to one of its own.',
  },
  stop_condition: {
    message: (d: { at: string; requirement: string; received: string; nearest: string }) =>
      `Cannot stop the run when told to as ${d.at} must be ${d.requirement}: received ${d.received}${d.nearest}`,
    hint: 'A condition is a record: { kind: "depth", stage: "save", atLeast: 50 }, or of the kind pending, value or window.',
  },
  stream_subscriptions: {
    message: (d: { received: string }) =>
      `Cannot read stages as a stream as it needs a list of subscriptions: received ${d.received}`,
    hint: 'Write stream([{ to: source, maxDemand: 10, cancel: "transient" }]).',
  },
  stream_ended: {
    message: (d: { stage: string; reason: string; cancel: string }) =>
      `Cannot go on reading as "${d.stage}" must live while its subscription is ${d.cancel}: it ended with ${d.reason}`,
    hint: 'With cancel: "transient" an orderly end just ends the reading, with "temporary" any end does.',
  },
  stream_closed: {
    message: (d: { action: string }) =>
      `Cannot ${d.action} as the stream must be read at this moment: it has not begun, or is over`,
    hint: 'Call it on what iterates, between the first event and the last.',
  },
  not_cloneable: {
    message: (d: { stage: string; path: string; received: string }) =>
      `Cannot send from "${d.stage}" to another worker as events must be plain data: received ${d.received} at ${d.path}`,
    hint: 'Send numbers, texts, arrays and plain objects. Functions, symbols and promises stay where they are made.',
  },
  line_damaged: {
    message: (d: { problem: string }) =>
      `Cannot read what another worker has sent as every frame must be whole: received one in which ${d.problem}`,
    hint: 'Memory that workers share was written by something that is not part of Sluice. Run the program again.',
  },
  ring_size: {
    message: (d: { received: number }) =>
      `Cannot use the memory as a ring as its frames must have a power of two from 64 to 2^30 bytes: received ${d.received}`,
    hint: 'Make it with ringMemory().',
  },
  run_ended: {
    message: (d: { action: string; end: string }) =>
      `Cannot ${d.action} as the run must go on: it has ended (${d.end})`,
    hint: 'Start it again with Run.',
  },
  not_a_task: {
    message: (d: { action: string; received: string }) =>
      `Cannot ${d.action} as it must be what Task.async returned: received ${d.received}`,
    hint: 'Keep what Task.async returns: const running = Task.async(fn, …); await Task.await(running).',
  },
  task_failed: {
    message: (d: { task: string; reason: string }) =>
      `Cannot use the result of a task as "${d.task}" must succeed: it ended with ${d.reason}`,
    hint: 'A task is linked to the stage that starts it. Catch the failure around Task.await, or start it with Task.asyncNolink.',
  },
  task_function: {
    message: (d: { action: string; received: string }) =>
      `Cannot ${d.action} as it must run a function: received ${d.received}`,
    hint: 'Declare it at the top level, const double = task((n: number) => 2 * n), then Task.async(double, 21).',
  },
  task_timeout: {
    message: (d: { task: string; timeoutMs: number }) =>
      `Cannot wait for the task "${d.task}" any longer as it must end within ${d.timeoutMs} ms: received no result`,
    hint: 'Give Task.await or Task.asyncStream a longer timeoutMs, or let the task do less.',
  },
  weather_invalid: {
    message: (d: { at: string; requirement: string; received: string; nearest: string }) =>
      `Cannot use the weather as ${d.at} must be ${d.requirement}: received ${d.received}${d.nearest}`,
    hint: 'A strip is a list of blocks: { kind: "slow", stage: "save", fromMs: 500, toMs: 1_500, byMs: 50 }.',
  },
  weather_stage: {
    message: (d: { at: string; name: string; nearest: string; known: string }) =>
      `Cannot use the weather as ${d.at} must be a stage of the program (${d.known}): received "${d.name}"${d.nearest}`,
    hint: 'Blocks name stages as the program does. Rename the stage of the block, or take it off the strip.',
  },
  window_count: {
    message: (d: { at: string; requirement: string; received: string }) =>
      `Cannot use ${d.at} as its count must be ${d.requirement}: received ${d.received}`,
    hint: 'Counts are whole numbers: Window.count(100), Window.fixed(15, "minute", (event) => event.time).',
  },
  window_event_time: {
    message: (d: { type: string; event: string; received: string }) =>
      `Cannot put an event into a ${d.type} window as its event time must be an integer in the range of a Date: received ${d.received} for the event ${d.event}`,
    hint: 'The function of the window answers with milliseconds since the epoch: of a Date its getTime(), of fractions Math.round(…).',
  },
  window_function: {
    message: (d: { at: string; what: string; received: string }) =>
      `Cannot use ${d.at} as its ${d.what} must be a function: received ${d.received}`,
    hint: 'Write Window.fixed(1, "hour", (event) => event.time); a trigger begins with a function too: trigger(() => 0, …).',
  },
  window_gap: {
    message: (d: { type: string; eventMs: number; windows: number; limit: number }) =>
      `Cannot open a ${d.type} window at event time ${d.eventMs} as at most ${d.limit} windows may lie between those not over: received one ${d.windows} away`,
    hint: 'Windows without an event are counted too. Look for an event with a wrong time, or take longer windows.',
  },
  window_no_event_time: {
    message: (d: { at: string; type: string }) =>
      `Cannot use ${d.at} as its window must go by event time: received a ${d.type} window`,
    hint: 'Only fixed, sliding and session windows know of lateness: Window.fixed(1, "hour", (event) => event.time).',
  },
  window_trigger_answer: {
    message: (d: { requirement: string; received: string }) =>
      `Cannot go on after the function of trigger as it must answer with ${d.requirement}: received ${d.received}`,
    hint: 'Return { state } to go on, { state, events } to reduce only these, or { trigger: "name", before, after, state } to fire.',
  },
  window_trigger_endless: {
    message: (d: { times: number; trigger: string }) =>
      `Cannot go on after the function of trigger as its "after" must run out: received as many events again ${d.times} times, with the trigger ${d.trigger}`,
    hint: 'It is called again with "after" until that is empty or nothing fires: leave the events out that "before" has.',
  },
  window_trigger_twice: {
    message: (d: { at: string; first: string }) =>
      `Cannot use ${d.at} as a window may only have one trigger that counts events: received it after ${d.first}`,
    hint: 'Keep one of them, or write a trigger of your own that does both. triggerPeriodically may be added to either.',
  },
  window_unit: {
    message: (d: { at: string; received: string; nearest: string; allowed: string }) =>
      `Cannot use ${d.at} as its unit must be one of ${d.allowed}: received ${d.received}${d.nearest}`,
    hint: 'There is no day: days are not all of one length. Write 24, "hour".',
  },
  worker_hangs: {
    message: (d: { worker: number; stage: string; callback: string; seconds: number }) =>
      `Cannot go on as every callback must return: received no answer from ${d.callback} of "${d.stage}" (worker ${d.worker}) for ${d.seconds} s`,
    hint: 'Look for a loop that never ends. To wait, use: await sleep(ms).',
  },
  load_hangs: {
    message: (d: { seconds: number }) =>
      `Cannot load the program as its file must come to an end: received no answer for ${d.seconds} s`,
    hint: 'Look for a loop outside the callbacks that never ends.',
  },
  worker_unknown: {
    message: (d: { action: string; received: string; workers: number }) =>
      `Cannot ${d.action} as a worker must be an integer from 0 and below ${d.workers}: received ${d.received}`,
    hint: 'In the API workers count from 0; run.now.workers says how many there are.',
  },
  envelope_refused: {
    message: (d: { peer: number; problem: string; count: number }) =>
      `Cannot take a message of worker ${d.peer} as only what its own stages say may come from there: received one where ${d.problem}${d.count > 1 ? ` (${d.count} so far)` : ''}`,
    hint: 'The program has tampered with what joins the workers. The message was left out, and the run goes on without it.',
  },
  worker_memory: {
    message: (d: { worker: number; memoryMb: number; where: string }) =>
      `Cannot go on as a worker may use at most ${d.memoryMb.toLocaleString('en')} MB: worker ${d.worker} used up all of it in ${d.where}`,
    hint: 'Look for an array, a Map or a text that only grows. A stage keeps little between two callbacks: hand events on, or sum them up in the state.',
  },
  worker_failed: {
    message: (d: { worker: number; problem: string }) =>
      `Cannot go on as every worker must live: worker ${d.worker} failed, ${d.problem}`,
    hint: 'Run it again. If it fails again, the program may use more memory than there is.',
  },
} satisfies Record<string, Entry>;

/** Codes of the engine's own failures. A platform may add to the catalogue by declaration in its own file. */
export type ErrorCode = keyof typeof ERRORS;

/** What the message of one code needs to know. */
export type ErrorDetails<C extends ErrorCode> = Parameters<(typeof ERRORS)[C]['message']>[0];

/** A failure with a stable code. It crosses a worker as `{ code, details }` and is rebuilt there. */
export class EngineError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly details: ErrorDetails<C>;
  /** What to do next. */
  readonly hint: string;

  /** @param options - What led to it, as `cause`. */
  constructor(code: C, details: ErrorDetails<C>, options?: ErrorOptions) {
    const entry: { readonly message: (details: never) => string; readonly hint: string } = ERRORS[code];
    // The catalogue pairs each code with its details; TypeScript cannot follow a union of functions that far.
    super(entry.message(details as never), options);
    this.name = 'EngineError';
    this.code = code;
    this.details = details;
    this.hint = entry.hint;
  }
}

/** `; did you mean "events"?` when a known name is near the given one, else nothing. */
export function didYouMean(given: string, known: Iterable<string>): string {
  let best: string | null = null;
  // More than a third of the letters wrong is another word.
  let least = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase(), least);
    if (distance < least) {
      best = name;
      least = distance;
    }
  }
  return best === null ? '' : `; did you mean "${best}"?`;
}

/** Letters to insert, remove, change or swap to turn `a` into `b`; `limit` once it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? limit;
}
