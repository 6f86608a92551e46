import { timer } from 'd3-timer';
import { InTurn } from '../view/in-turn.ts';

/** Cards of a picture, a few of them anew in each frame. For the script of a component. */
export function inTurn<C extends { readonly id: string }>(
  source: () => readonly C[],
  isSeen: (id: string) => boolean,
): { readonly current: ReadonlyMap<string, C> } {
  const turns = new InTurn<C>();
  /** Rises with the frames in which some still wait. */
  let frames = $state.raw(0);
  const shown = $derived(turns.update(frames >= 0 ? source() : [], isSeen));
  $effect(() => {
    if (shown.size === 0 || !turns.isBehind) return;
    const next = timer(() => {
      next.stop();
      frames += 1;
    });
    return () => next.stop();
  });
  return {
    get current() {
      return shown;
    },
  };
}
