// The published clients of subscriptions, graphql-ws and graphql-sse (one connection for each
// operation): operations of every kind, refusals, close codes, and coming back after the service
// was stopped and after it was killed, without missing anything.
import { createClient as overSocket } from 'graphql-ws';
import { createClient as overEvents } from 'graphql-sse';
import { WebSocket } from 'ws';

const PATIENCE = 60_000;
const MESSAGES = 'subscription ($after: String) { messagePosted(after: $after) { cursor resync message { id } } }';
const SEND = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }';
const WHO = '{ viewer { isNetworkMember } }';

const wait = (milliseconds) => new Promise((go) => { setTimeout(go, milliseconds); });

/** Gives up after a while. */
const soon = (what, promise) => Promise.race([
  promise,
  new Promise((_, reject) => { setTimeout(() => reject(new Error(`${what}: not within ${PATIENCE} ms`)), PATIENCE).unref(); }),
]);

export default async function subscriptions(service, check) {
  const { role, message } = await conversation(service);
  const scene = { service, check, role, message, authorization: () => `Bearer ${service.token(role)}` };
  await everyKind(scene);
  await refusals(scene);
  await closeCodes(scene);
  for (const signal of ['SIGTERM', 'SIGKILL']) await comingBack(scene, signal);
  return 'graphql-ws and graphql-sse';
}

/** Somebody who takes part in a conversation, and what they may write in it. */
async function conversation(service) {
  for (const role of ['CHAMBER_LIAISON', 'OTT_OFFICER', 'MEMBER_USER']) {
    const { data } = await service.ask('{ interests(first: 100) { nodes { id } } }', {}, role);
    for (const { id } of data.interests.nodes) {
      const message = { input: { interest: id, level: 'NETWORK', text: 'Gracias; en esta semana le respondemos.' } };
      const sent = await service.ask(SEND, message, role);
      if (sent.data.sendMessage?.message) return { role, message };
    }
  }
  throw new Error('nobody may write anything');
}

/** A client of each kind, of whoever holds the role. */
const clients = ({ service, authorization }, more = {}) => ({
  'graphql-ws': overSocket({
    url: () => service.socket,
    webSocketImpl: WebSocket,
    connectionParams: () => ({ authorization: authorization() }),
    retryAttempts: 0,
    ...more.socket,
  }),
  'graphql-sse': overEvents({
    url: () => service.graphql,
    headers: () => ({ authorization: authorization() }),
    retryAttempts: 0,
    ...more.events,
  }),
});

async function everyKind(scene) {
  for (const [name, client] of Object.entries(clients(scene))) {
    const once = async (query, variables) => {
      const answers = [];
      for await (const answer of client.iterate({ query, variables })) answers.push(answer);
      scene.check(`${name}: ${answers.length} answers to ${query}`, answers.length === 1);
      return answers[0];
    };
    const who = await once(WHO);
    scene.check(`${name}: ${JSON.stringify(who)}`, who.data.viewer.isNetworkMember === true);

    // When a subscription has begun nobody is told: something is sent until it has heard something.
    const news = client.iterate({ query: MESSAGES });
    const first = news.next();
    const sent = [];
    let heard;
    first.then((told) => { heard = told; }, () => { heard = true; });
    while (!heard) {
      const { data, errors } = await once(SEND, scene.message);
      scene.check(`${name}: ${JSON.stringify(errors)}`, data?.sendMessage.userErrors.length === 0);
      sent.push(data.sendMessage.message.id);
      await wait(200);
    }
    const told = (await first).value;
    scene.check(`${name}: ${JSON.stringify(told)}`, sent.includes(told.data?.messagePosted.message.id));
    await soon(`${name}: the end of what is left`, news.return());

    // From a cursor on: what came meanwhile, at once.
    const { data } = await once(SEND, scene.message);
    const since = sent.slice(sent.indexOf(told.data.messagePosted.message.id) + 1);
    const expected = [...since, data.sendMessage.message.id];
    const again = client.iterate({ query: MESSAGES, variables: { after: told.data.messagePosted.cursor } });
    const came = [];
    for (let number = 0; number < expected.length; number += 1) {
      const { value } = await soon(`${name}: what came meanwhile`, again.next());
      came.push(value.data.messagePosted.message.id);
    }
    scene.check(`${name}: ${came} instead of ${expected}`, String(came) === String(expected));
    await again.return();
    await client.dispose();
  }
}

async function refusals(scene) {
  const { 'graphql-ws': socket, 'graphql-sse': events } = clients(scene);
  const code = (errors) => errors?.[0]?.extensions?.code;
  for (const [query, variables, expected] of [
    ['subscription {', {}, 'GRAPHQL_PARSE_FAILED'],
    ['subscription { nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['query ($id: ID!) { need(id: $id) { id } }', {}, 'BAD_USER_INPUT'],
    [MESSAGES, { after: 7 }, 'BAD_USER_INPUT'],
  ]) {
    // As an error of the operation, after which the socket stays.
    const refused = await socket.iterate({ query, variables }).next().then(() => null, (errors) => errors);
    scene.check(`graphql-ws: ${query}: ${JSON.stringify(refused)}`, code(refused) === expected);
    // As the only answer.
    const answers = [];
    for await (const answer of events.iterate({ query, variables })) answers.push(answer);
    scene.check(`graphql-sse: ${query}: ${JSON.stringify(answers)}`, answers.length === 1 && code(answers[0].errors) === expected && !('data' in answers[0]));
  }
  // A field that fails is part of an answer.
  for (const [name, client] of [['graphql-ws', socket], ['graphql-sse', events]]) {
    const { value } = await client.iterate({ query: '{ needs(first: 101) { totalCount } viewer { isNetworkMember } }' }).next();
    scene.check(`${name}: ${JSON.stringify(value)}`, code(value.errors) === 'BAD_USER_INPUT' && value.data.viewer.isNetworkMember);
  }
  // Who is not who they say does not come in.
  const stranger = clients({ ...scene, authorization: () => 'Bearer nonsense' });
  const closed = await stranger['graphql-ws'].iterate({ query: WHO }).next().then(() => null, (event) => event);
  scene.check(`graphql-ws: ${closed?.code}`, closed?.code === 4403);
  const unheard = await stranger['graphql-sse'].iterate({ query: WHO }).next().then(() => null, (error) => error);
  scene.check(`graphql-sse: ${unheard}`, unheard?.response?.status === 401);
  await socket.dispose();
  events.dispose();
}

/** What the clients never say. */
async function closeCodes({ service, check }) {
  const subscribe = (id) => JSON.stringify({ id, type: 'subscribe', payload: { query: 'subscription { needPublished { cursor } }' } });
  const init = JSON.stringify({ type: 'connection_init' });
  for (const [protocol, said, code] of [
    ['graphql-ws', [], 4406],
    ['graphql-transport-ws', ['{'], 4400],
    ['graphql-transport-ws', ['{"type":"start"}'], 4400],
    ['graphql-transport-ws', [subscribe('1')], 4401],
    ['graphql-transport-ws', [init, subscribe('1'), subscribe('1')], 4409],
    ['graphql-transport-ws', [init, init], 4429],
  ]) {
    const socket = new WebSocket(service.socket, protocol);
    const closed = new Promise((resolve) => {
      socket.on('open', () => { for (const text of said) socket.send(text); });
      socket.on('close', resolve);
      // Where no protocol was agreed on, ws closes by itself, and says so.
      socket.on('error', (error) => { if (/subprotocol/.test(error.message)) resolve(4406); });
    });
    const seen = await soon(`close code ${code}`, closed);
    check(`${protocol}, ${said}: ${seen} instead of ${code}`, seen === code);
  }
}

async function comingBack(scene, signal) {
  const { service } = scene;
  // They come back when they are let, after something has happened that they did not hear of.
  let letBack;
  const back = new Promise((go) => { letBack = go; });
  const again = () => back.then(() => wait(100));
  const patient = { retryAttempts: 1000, retryWait: again, retry: again, shouldRetry: () => true };
  const both = Object.entries(clients(scene, { socket: patient, events: patient }));
  const send = async () => (await service.ask(SEND, scene.message, scene.role)).data.sendMessage.message.id;
  const heard = both.map(([name, client]) => {
    const ids = [];
    // Sent anew whenever the client comes back, so the last cursor is kept where it reads it.
    const variables = {};
    client.subscribe({ query: MESSAGES, variables }, {
      next: ({ data, errors }) => {
        scene.check(`${name}: ${JSON.stringify(errors ?? data)}`, data && !data.messagePosted.resync);
        if (!data) return;
        variables.after = data.messagePosted.cursor;
        ids.push(data.messagePosted.message.id);
      },
      error: (error) => scene.check(`${name} gave up after ${signal}: ${error.code ?? error}`, false),
      complete: () => {},
    });
    return [name, ids];
  });
  const sent = [];
  const all = async (holds) => {
    const until = Date.now() + PATIENCE;
    while (!heard.every(([, ids]) => holds(ids)) && Date.now() < until) await wait(50);
  };
  while (!heard.every(([, ids]) => ids.length > 0)) {
    sent.push(await send());
    await wait(200);
  }
  await all((ids) => ids.at(-1) === sent.at(-1));
  await service.restart(signal);
  for (let number = 0; number < 3; number += 1) sent.push(await send());
  letBack();
  await all((ids) => ids.at(-1) === sent.at(-1));
  sent.push(await send());
  await all((ids) => ids.at(-1) === sent.at(-1));
  for (const [name, ids] of heard) {
    const expected = sent.slice(sent.indexOf(ids[0]));
    scene.check(`${name} after ${signal}: ${ids} instead of ${expected}`, String(ids) === String(expected));
  }
  await Promise.all(both.map(([, client]) => client.dispose()));
}
