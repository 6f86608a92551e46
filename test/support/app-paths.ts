/** What `$app/paths` gives in a build that is mounted at a host's root. */
export const base = '';
export const assets = '';
export const resolve = (path: string): string => path;
