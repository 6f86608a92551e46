/** Every page is a file: the site runs on any static host, also under a sub-path. */
export const prerender = true;
export const trailingSlash = 'always';
