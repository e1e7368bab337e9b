// How the service is asked: queries and mutations over HTTP, news over a WebSocket.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Client, fetchExchange, stringifyDocument, type AnyVariables } from '@urql/core';
import { createClient, type Client as Socket } from 'graphql-ws';
import { WebSocket } from 'ws';
import { dataOf } from './answers.js';

/** The service as one person sees it. `token` is asked each time, since tokens live for minutes. */
export class Vinculo {
  readonly #http: Client;
  readonly #socket: Socket;

  constructor(url: string, token: () => string) {
    const authorization = () => `Bearer ${token()}`;
    this.#http = new Client({
      url,
      exchanges: [fetchExchange],
      fetchOptions: () => ({ headers: { authorization: authorization() } }),
      preferGetMethod: false,
      requestPolicy: 'network-only',
    });
    this.#socket = createClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: () => ({ authorization: authorization() }),
      // Coming back is `follow`'s: the library would begin anew where it had begun before.
      retryAttempts: 0,
    });
  }

  /** Reads; what could not be read is a `Refused`. */
  async read<Data, Variables extends AnyVariables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    return dataOf(await this.#http.query(document, variables).toPromise());
  }

  /** Changes something; what the person can mend comes in the payload's `userErrors`. */
  async change<Data, Variables extends AnyVariables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    return dataOf(await this.#http.mutation(document, variables).toPromise());
  }

  /**
   * What happens from now on, also across a service that restarts and a token that ends: it comes
   * back with the cursor of what it heard last, and nothing in between is missed.
   */
  async *follow<Data>(
    document: TypedDocumentNode<Data, { after?: string | null }>,
    cursorOf: (news: Data) => string | null | undefined,
  ): AsyncGenerator<Data, void, void> {
    let after: string | null | undefined;
    for (let failures = 0; ; ) {
      try {
        for await (const { data, errors } of this.#socket.iterate<Data>({ query: stringifyDocument(document), variables: { after } })) {
          if (!data) throw new Error(errors?.[0]?.message ?? 'no data');
          failures = 0;
          after = cursorOf(data);
          yield data;
        }
        return;
      } catch (closed) {
        if (!comesBack(closed) || (failures += 1) > 10) throw closed;
        // Twice as long each time, and not all clients at once.
        await new Promise((go) => setTimeout(go, Math.min(30_000, 100 * 2 ** failures) * (0.5 + Math.random())));
      }
    }
  }

  /** Leaves. */
  async close(): Promise<void> {
    await this.#socket.dispose();
  }
}

/** Whether it makes sense to try again: the service stopped, the line broke, the token ended. */
function comesBack(reason: unknown): boolean {
  const { code } = reason as { code?: unknown };
  return typeof code === 'string' || [1001, 1006, 1012, 1013, 4401].includes(code as number);
}
