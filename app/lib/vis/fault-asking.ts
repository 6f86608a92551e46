/**
 * The faults of something are asked for.
 *
 * @param from - What has the focus, and gets it back.
 * @param event - Where the pointer was, when it was no button; its own menu does not open then.
 */
export type OnFaults = (from: HTMLElement, event?: MouseEvent) => void;
