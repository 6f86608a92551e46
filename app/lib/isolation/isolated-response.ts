/** What a page, and each of its scripts, must come with to be cross-origin isolated. */
export const ISOLATING_HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The same answer with the headers that isolate. One that may not be looked into, as a redirect is, stays as it is. */
export function isolatedResponse(response: Response): Response {
  // Answers of other kinds have no headers to read, and no status a new one could have.
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATING_HEADERS)) headers.set(name, value);
  const { body, status, statusText } = response;
  return new Response(body, { status, statusText, headers });
}
