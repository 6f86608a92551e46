import { wrongAnswer } from './answers.ts';

const STEP = 'an object { events, state }';

/**
 * Takes what a function of a program has answered: its events are pushed to `out`.
 *
 * @returns The next state.
 * @throws {EngineError} `flow_answer`.
 */
export function takeStep(operator: string, answer: unknown, state: unknown, out: unknown[]): unknown {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw wrongAnswer(operator, STEP, answer);
  }
  const events: unknown = 'events' in answer ? answer.events : undefined;
  if (Array.isArray(events)) {
    // By index: this may be done for every event.
    for (let i = 0; i < events.length; i++) out.push(events[i]);
  } else if (events !== undefined) throw wrongAnswer(operator, 'an array of events', events);
  else checkKeys(operator, answer);
  return hasState(answer) ? answer.state : state;
}

/** A step without events may be meant so, or be no step: something else that a function answered with. */
function checkKeys(operator: string, answer: object): void {
  for (const key in answer) {
    if (key !== 'state' && key !== 'events') throw wrongAnswer(operator, STEP, answer);
  }
}

/** Whether a step says what the next state is: it may be `undefined`. */
export function hasState(answer: unknown): answer is { readonly state: unknown } {
  return typeof answer === 'object' && answer !== null && 'state' in answer;
}
