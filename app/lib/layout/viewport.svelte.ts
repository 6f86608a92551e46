import { MediaQuery } from 'svelte/reactivity';

/** Below this width, in px, the panes of a lesson become tabs. */
export const NARROW_PX = 900;

/** True on screens too narrow for panes side by side; while prerendering they are taken to be wide. */
export const narrow = new MediaQuery(`(width < ${NARROW_PX}px)`, false);

/** True when the person asked their system for less motion. */
export const reducedMotion = new MediaQuery('(prefers-reduced-motion: reduce)', false);
