import type { EntryOf, StageId } from 'sluice';
import { durationText } from '../value-label.ts';
import type { Detector, Finding } from './detector.ts';

/** A run that was stopped has to have stood still for so long, all of it, before a callback counts as stuck, ms. */
const STANDSTILL_MS = 5_000;
/** Failures of stages that waited for an answer. */
const CALLS = ['call_timeout', 'call_itself'];

/**
 * A stage that waits inside a callback: for an answer that does not come in time, or for a promise that nobody settles. That a
 * callback only takes long is no mistake; *Hold-ups* shows whom it keeps waiting. A loop without an end is told of as a problem.
 */
export const blockedStage: Detector = {
  misconceptions: ['call-costs-no-wait', 'promise-settles-itself'],
  watch() {
    const working = new Map<StageId, EntryOf<'begin'>>();
    let call: EntryOf<'crash'> | null = null;
    return {
      types: ['begin', 'end', 'exit', 'crash'],
      take(entry) {
        if (entry.type === 'begin') working.set(entry.stage, entry);
        else working.delete(entry.stage);
        if (entry.type === 'crash' && CALLS.includes(entry.error.code ?? '')) call ??= entry;
      },
      finding({ atRest, meddled, elapsedMs, silentMs }) {
        if (call && (!meddled || call.error.code === 'call_itself')) return waitedForAnswer(call);
        if (meddled || (!atRest && silentMs < STANDSTILL_MS)) return null;
        for (const begin of working.values()) {
          if (begin.callback !== 'terminate') return neverBack(begin, elapsedMs);
        }
        return null;
      },
    };
  },
};

function waitedForAnswer({ stage, callback, seq, error }: EntryOf<'crash'>): Finding {
  return {
    misconception: 'call-costs-no-wait',
    says:
      error.code === 'call_itself'
        ? `“${stage}” called itself${callback ? ` in ${callback}` : ''}, and could not have answered while it waited.`
        : `“${stage}” waited for an answer${callback ? ` in ${callback}` : ''} until the call gave up, and crashed.`,
    hints: [
      `Look what the stage that “${stage}” called was doing at this moment, and for whom it waited.`,
      'A stage handles one message at a time: while it waits for an answer it gives none. Two that call each other wait for ever.',
      'Where no answer is needed, use cast instead of call. Where one is, let the other stage send what is known as an event or a message of its own.',
    ],
    at: seq,
    subject: { type: 'stage', id: stage },
  };
}

function neverBack({ stage, callback, seq, atMs }: EntryOf<'begin'>, elapsedMs: number): Finding {
  const waited = elapsedMs - atMs;
  return {
    misconception: 'promise-settles-itself',
    says: `“${stage}” went into ${callback} and had not come back when the run was over${waited >= 1 ? `, ${durationText(waited)} later` : ''}.`,
    hints: [
      `Look at the last ${callback} of “${stage}”, and at who had something for it or waited for it meanwhile.`,
      'A callback that awaits holds its whole stage: no event, ask or message gets in until what it awaits has come.',
      'Look for the await that never ends: a promise that nobody resolves, or one that waits for a message to this very stage. React to that message in a callback of its own instead.',
    ],
    at: seq,
    subject: { type: 'stage', id: stage },
  };
}
