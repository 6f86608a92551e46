import { redirect } from '@sveltejs/kit';
import { resolve } from '$app/paths';

/** Its first address: links to it still lead there. */
export function load(): never {
  redirect(308, resolve('/labs/push-pull'));
}
