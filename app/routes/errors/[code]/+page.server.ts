import { error } from '@sveltejs/kit';
import { errorCodes, explain, isErrorCode } from '$lib/errors/explain.ts';
import type { EntryGenerator, PageServerLoad } from './$types';

export const entries: EntryGenerator = () => errorCodes().map((code) => ({ code }));

export const load: PageServerLoad = ({ params }) => {
  if (!isErrorCode(params.code)) error(404, 'There is no such error code');
  return { page: explain(params.code), others: errorCodes() };
};
