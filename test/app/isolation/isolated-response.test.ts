import { describe, expect, it } from 'vitest';
import { isolatedResponse } from '$lib/isolation/isolated-response.ts';

describe('isolatedResponse()', () => {
  it('adds what isolates a page, and keeps the rest', async () => {
    const from = new Response('text', {
      status: 203,
      statusText: 'Fine',
      headers: { 'Content-Type': 'text/html', 'Cross-Origin-Opener-Policy': 'unsafe-none' },
    });
    const to = isolatedResponse(from);
    expect([to.status, to.statusText, await to.text()]).toEqual([203, 'Fine', 'text']);
    expect(Object.fromEntries(to.headers)).toEqual({
      'content-type': 'text/html',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('takes answers that have no body', () => {
    expect(isolatedResponse(new Response(null, { status: 304 })).status).toBe(304);
  });

  it('leaves alone what may not be looked into', () => {
    const refused = Response.error();
    expect(isolatedResponse(refused)).toBe(refused);
  });
});
