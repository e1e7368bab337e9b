// The clients of subscriptions that others publish, graphql-ws and graphql-sse, against a demo.
//
//   node clients.mjs URL TOKENS      TOKENS is the demo's file of tokens
//
// Prints one line of JSON; leaves with 0 if all is well, 1 if not.
import { readFile } from 'node:fs/promises';
import { createClient as overSocket } from 'graphql-ws';
import { createClient as overEvents } from 'graphql-sse';
import { WebSocket } from 'ws';

const PATIENCE = 20_000;
const [url, file] = process.argv.slice(2);
const saw = { ok: false, problems: [] };
const check = (what, holds) => { if (!holds) saw.problems.push(what); };

/** Gives up after a while. */
const soon = (what, promise) => Promise.race([
  promise,
  new Promise((_, reject) => { setTimeout(() => reject(new Error(`${what}: not within ${PATIENCE} ms`)), PATIENCE).unref(); }),
]);

try {
  const tokens = JSON.parse(await readFile(file, 'utf8'));
  const examples = await (await fetch(`${url}/playground/examples.json`)).json();
  const example = examples.find(({ query }) => query.includes('sendMessage('));
  const Authorization = `Bearer ${tokens[example.role].token}`;
  const socketUrl = `${url.replace(/^http/, 'ws')}/graphql`;
  const socket = overSocket({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: { Authorization }, retryAttempts: 0 });
  const events = overEvents({ url: `${url}/graphql`, headers: { Authorization }, retryAttempts: 0 });

  // Both hear of a message, which is sent over the socket too.
  const query = 'subscription { messagePosted { cursor resync message { id text } } }';
  const heard = [socket, events].map((client) => client.iterate({ query }));
  const firsts = heard.map((news) => news.next());
  const send = async () => {
    for await (const { data, errors } of socket.iterate({ query: example.query, variables: JSON.parse(example.variables) })) {
      return errors ?? Object.values(data)[0].userErrors;
    }
    return ['no answer'];
  };
  let done = false;
  const sending = (async () => {
    while (!done) {
      const errors = await send();
      check(`the message: ${JSON.stringify(errors)}`, !errors?.length);
      await new Promise((go) => { setTimeout(go, 300); });
    }
  })();
  const told = await soon('news', Promise.all(firsts));
  done = true;
  await sending;
  for (const { value } of told) {
    check(`news: ${JSON.stringify(value)}`, !value.errors && value.data.messagePosted.message.text && !value.data.messagePosted.resync);
  }
  // Both end when they are left.
  await soon('ends', Promise.all(heard.map((news) => news.return())));

  // From where they left, they go on.
  const [{ value }] = told;
  const after = value.data.messagePosted.cursor;
  const again = 'subscription($after: String) { messagePosted(after: $after) { message { id } } }';
  await send();
  for (const client of [socket, events]) {
    const news = client.iterate({ query: again, variables: { after } });
    const next = await soon('what came meanwhile', news.next());
    check('another one', next.value.data.messagePosted.message.id !== value.data.messagePosted.message.id);
    await news.return();
  }

  // What cannot be carried out is refused, and the client stays.
  const wrong = { query: 'subscription { nothing }' };
  const refused = await socket.iterate(wrong).next().then(() => null, (errors) => errors);
  check(`refused: ${JSON.stringify(refused)}`, refused?.[0]?.extensions?.code === 'GRAPHQL_VALIDATION_FAILED');
  const { value: told2 } = await events.iterate(wrong).next();
  check(`told: ${JSON.stringify(told2)}`, told2.errors[0].extensions.code === 'GRAPHQL_VALIDATION_FAILED');
  const { value: who } = await socket.iterate({ query: '{ viewer { isNetworkMember } }' }).next();
  check('the socket stays', who.data.viewer.isNetworkMember === true);

  // Who is not who they say does not come in.
  const stranger = overSocket({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: { Authorization: 'Bearer nonsense' }, retryAttempts: 0 });
  const closed = await stranger.iterate({ query }).next().then(() => null, (event) => event);
  check(`closed: ${closed?.code}`, closed?.code === 4403);
  await socket.dispose();
  events.dispose();
  saw.ok = saw.problems.length === 0;
} catch (error) {
  saw.problems.push(String(error?.stack ?? error));
}
console.log(JSON.stringify(saw));
process.exit(saw.ok ? 0 : 1);
