// How GraphiQL talks to the service: POST for queries and mutations, server-sent events for
// subscriptions, both at /graphql.
import { getOperationAST, parse } from 'graphql';

const JSON_TYPES = 'application/graphql-response+json, application/json';

/** A new fetcher for each token: GraphiQL reads the schema again when the fetcher changes. */
export const fetcherFor = (token) => (params, options) => {
  const send = (accept, signal) => {
    const headers = new Headers({ 'content-type': 'application/json', accept });
    if (token) headers.set('authorization', `Bearer ${token}`);
    // What is written in the editor of headers wins.
    for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, value);
    return fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(params), signal });
  };
  return isSubscription(params) ? subscribe(send) : send(JSON_TYPES).then(answer).catch(failed);
};

/** Asks for something that the page itself wants to know. */
export const ask = (token, query, variables) => fetcherFor(token)({ query, variables });

function isSubscription({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false; // the service will say what is wrong with it
  }
}

async function answer(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return failed({ message: `HTTP ${response.status} ${response.statusText} ${text.slice(0, 500)}` });
  }
}

/** Shown where answers are shown; GraphiQL itself would print a stack trace. */
const failed = ({ message }) => ({ errors: [{ message: `El servicio no respondió en GraphQL · The service did not answer in GraphQL: ${message}` }] });

/** An async iterable of results; `return()` ends the request, also while one is awaited. */
function subscribe(send) {
  const abort = new AbortController();
  const results = events();
  return {
    [Symbol.asyncIterator]() { return this; },
    next: () => results.next().catch((error) => (abort.signal.aborted ? { done: true } : { done: false, value: failed(error) })),
    return: () => {
      abort.abort();
      return Promise.resolve({ done: true });
    },
  };

  async function* events() {
    const response = await send(`text/event-stream, ${JSON_TYPES};q=0.9`, abort.signal);
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      yield await answer(response);
      return;
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ''; ;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        const lines = block.split(/\r?\n/);
        const field = (name) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trimStart()).join('\n');
        if (field('event') === 'complete') return;
        if (field('event') === 'next') yield JSON.parse(field('data'));
      }
    }
  }
}
