// The published verifier of Standard Webhooks: what is sent is accepted, what was changed on the way
// is not, and after its secret was changed both secrets hold.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Webhook } from 'standardwebhooks';

const PATIENCE = 60_000;
const ROLE = 'CHAMBER_ADMIN';
const CREATE = `mutation ($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) { webhookEndpoint { id version } secret userErrors { code message } } }`;
const ROTATE = `mutation ($input: RotateWebhookSecretInput!) {
  rotateWebhookSecret(input: $input) { webhookEndpoint { id } secret userErrors { code message } } }`;
const TEST = `mutation ($input: SendTestWebhookInput!) {
  sendTestWebhook(input: $input) { webhookDelivery { id } userErrors { code message } } }`;

export default async function webhooks(service, check) {
  const receiver = await Receiver.start();
  try {
    const { data } = await service.ask('{ viewer { grants { organization { id } } } }', {}, ROLE);
    const organization = data.viewer.grants[0].organization.id;
    const made = await done(service, CREATE, { organization, name: 'Prueba', url: receiver.url });
    const { id, version } = made.webhookEndpoint;
    const first = await told(service, receiver, id);
    check('a message is accepted', accepts(made.secret, first));
    check('a test says that it is one', JSON.parse(first.body).type === 'WEBHOOK_TEST');
    check('a changed message is not', !accepts(made.secret, { ...first, body: first.body.replace('TEST', 'TOST') }));
    const others = { ...first.headers, 'webhook-id': `${first.headers['webhook-id']}0` };
    check('a message under another id is not', !accepts(made.secret, { ...first, headers: others }));
    const other = await done(service, ROTATE, { id, expectedVersion: version });
    check('another secret is another', other.secret !== made.secret && !accepts(other.secret, first));
    const second = await told(service, receiver, id);
    check('both secrets hold for a day', accepts(made.secret, second) && accepts(other.secret, second));
  } finally {
    receiver.end();
  }
  return 'standardwebhooks';
}

/** What comes of a mutation that must succeed. */
async function done(service, mutation, input) {
  const { data, errors } = await service.ask(mutation, { input }, ROLE);
  const [payload] = Object.values(data ?? {});
  if (errors || payload.userErrors.length) throw new Error(JSON.stringify(errors ?? payload.userErrors));
  return payload;
}

/** The message of a test. */
async function told(service, receiver, endpoint) {
  const coming = receiver.next();
  await done(service, TEST, { endpoint });
  return coming;
}

function accepts(secret, { headers, body }) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

/** Takes what is sent to it. */
class Receiver {
  static async start() {
    const receiver = new Receiver();
    receiver.server = createServer(async (request, response) => {
      const pieces = [];
      for await (const piece of request) pieces.push(piece);
      response.writeHead(204).end();
      receiver.server.emit('message', { headers: request.headers, body: Buffer.concat(pieces).toString() });
    });
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url() { return `http://127.0.0.1:${this.server.address().port}/vinculo`; }

  async next() {
    const [message] = await once(this.server, 'message', { signal: AbortSignal.timeout(PATIENCE) });
    return message;
  }

  end() { this.server.closeAllConnections(); this.server.close(); }
}
