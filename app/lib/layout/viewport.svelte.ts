import { MediaQuery } from 'svelte/reactivity';

/** Below this width, in px, the panes of a lesson become tabs. */
export const NARROW_PX = 900;

/** True on screens too narrow for panes side by side; while prerendering they are taken to be wide. */
export const narrow = new MediaQuery(`(width < ${NARROW_PX}px)`, false);

/** True where panes stand side by side and none of them has width to spare. */
export const snug = new MediaQuery(`(${NARROW_PX}px <= width < 1440px)`, false);
