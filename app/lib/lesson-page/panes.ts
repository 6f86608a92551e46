/** The panes of a lesson. Side by side on a wide screen, tabs on a narrow one. */
export const PANES = ['lesson', 'editor', 'pipeline', 'checks', 'console'] as const;
export type PaneName = (typeof PANES)[number];
