import type { StageId } from '../ids.ts';

/** Characters of a stage and a callback that are kept. */
const LENGTH = 256;
const SEPARATOR = '\n';

/** Which callback a worker has entered last, as everybody who shares its memory may read it. */
export interface Station {
  readonly stage: StageId;
  readonly callback: string;
}

/** Memory for the {@link Station} of one worker: its length, and its characters. */
export function stationMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((LENGTH + 1) * Uint16Array.BYTES_PER_ELEMENT);
}

/** Notes every callback before it runs: no message would leave a worker that never comes back from it. */
export function stationWriter(memory: SharedArrayBuffer): (stage: StageId, callback: string) => void {
  const units = new Uint16Array(memory);
  let [lastStage, lastCallback] = ['', ''];
  return (stage, callback) => {
    if (stage === lastStage && callback === lastCallback) return;
    [lastStage, lastCallback] = [stage, callback];
    // A name that is too long is cut: a part of it is worth more than no callback at all.
    const end = SEPARATOR + callback.slice(0, LENGTH / 2);
    const text = stage.slice(0, LENGTH - end.length) + end;
    for (let i = 0; i < text.length; i += 1) units[i + 1] = text.charCodeAt(i);
    units[0] = text.length;
  };
}

/** What the worker has noted; only of one that hangs is it sure to be of one piece. `null` before the first callback. */
export function readStation(memory: SharedArrayBuffer): Station | null {
  const units = new Uint16Array(memory);
  const length = Math.min(units[0] ?? 0, LENGTH);
  const text = String.fromCharCode(...units.subarray(1, length + 1));
  const at = text.lastIndexOf(SEPARATOR);
  return at < 0 ? null : { stage: text.slice(0, at), callback: text.slice(at + 1) };
}
