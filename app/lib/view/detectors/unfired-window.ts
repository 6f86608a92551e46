import type { EntryOf, Seq, StageId, TraceValue } from 'sluice';
import { plural } from '../value-label.ts';
import type { Detector, Finding } from './detector.ts';

/** Windows of one stage in which events wait, and that have not emitted. */
interface Holding {
  /** By id of the window: where it was opened. */
  readonly open: Map<TraceValue, Seq>;
  type: EntryOf<'window'>['window'];
  fired: number;
  /** Events that it has taken in. */
  handled: number;
}

/** A run came to rest while events sat in a window that nothing would ever end. */
export const unfiredWindow: Detector = {
  misconceptions: ['stream-ends'],
  watch() {
    const stages = new Map<StageId, Holding>();
    return {
      types: ['window', 'begin', 'exit', 'crash'],
      take(entry) {
        const { stage } = entry;
        if (entry.type === 'exit' || entry.type === 'crash') stages.delete(stage);
        if (entry.type === 'begin' && entry.callback === 'handleEvents') {
          const known = stages.get(stage);
          if (known) known.handled += entry.count ?? 0;
          else stages.set(stage, { open: new Map(), type: 'global', fired: 0, handled: entry.count ?? 0 });
        }
        if (entry.type !== 'window') return;
        const own = stages.get(stage);
        if (!own) return;
        own.type = entry.window;
        if (entry.phase === 'open') own.open.set(entry.id, entry.seq);
        else own.open.delete(entry.id);
        if (entry.phase === 'fire') own.fired += 1;
      },
      finding({ atRest }) {
        if (!atRest) return null;
        for (const [stage, own] of stages) if (own.open.size > 0) return held(stage, own);
        return null;
      },
    };
  },
};

function held(stage: StageId, { open, type, fired, handled }: Holding): Finding {
  const [at = 0] = open.values();
  const windows = type === 'global' ? 'Its window' : plural(open.size, 'window');
  const isOne = open.size === 1;
  return {
    misconception: 'stream-ends',
    says: `“${stage}” has taken in ${plural(handled, 'event')}, and nothing moved any more. ${windows} with events in ${isOne ? 'it' : 'them'} ${fired > 0 ? 'still waited' : 'never emitted'}.`,
    hints: [
      `Look at “${stage}” from here on: a window opened with this event. Then look at the source: has it ended, or only fallen silent?`,
      'A window emits when it is over or a trigger fires. What only falls silent has not ended, so a result needs a boundary of its own.',
      type === 'global'
        ? 'Let the source stop after its last event, or say where a result is due: a window such as Window.count or Window.fixed, or a trigger such as triggerEvery.'
        : 'Let the source stop after its last event, which ends every window; or add a trigger, such as triggerEvery or triggerPeriodically.',
    ],
    at,
    subject: { type: 'stage', id: stage },
  };
}
