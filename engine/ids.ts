/** A stage's name. Unique within a run; what messages are addressed to. */
export type StageId = string;

/** One consumer-to-producer link. Unique within a run and equal on every worker that evaluates the plan. */
export type SubscriptionId = string;

/** Index of a worker within a run, from 0. */
export type WorkerId = number;

/** Position of a trace entry: unique in a run, and greater than that of everything that caused it. */
export type Seq = number;

/** A task, or a child of a consumerSupervisor: the stage that started it, `#` and a number. Unique within a run. */
export type TaskId = string;
