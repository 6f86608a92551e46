export { atOnce } from '$lib/view/steps.ts';
