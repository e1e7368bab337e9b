// PostGraphile as it would run in production: no GraphiQL, no watching, no explain, no logging; its
// plans and prepared statements are cached, its pool has as many connections as Vínculo's.
import { createServer } from "node:http";

import { grafserv } from "grafserv/node";
import { lambda } from "grafast";
import { gql, extendSchema } from "graphile-utils";
import pg from "pg";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { DATABASE_URL: connectionString, PORT: port, POOL: pool } = process.env;

// Sectors are looked up in memory, as Vínculo does it.
const client = new pg.Client({ connectionString });
await client.connect();
const { rows } = await client.query(
  "select code, label_es as label from public.code where list = 'scian' and level = 'sector'",
);
await client.end();
const sectors = new Map(rows.map((row) => [row.code, row]));
const ranges = { 31: "31-33", 32: "31-33", 33: "31-33", 48: "48-49", 49: "48-49" };
function sectorsOf(scian) {
  const found = new Set();
  for (const code of scian.split("|")) {
    if (code) found.add(sectors.get(code) ?? sectors.get(ranges[code.slice(0, 2)] ?? code.slice(0, 2)));
  }
  found.delete(undefined);
  return [...found];
}

const Sectors = extendSchema({
  typeDefs: gql`
    type Sector { code: String! label: String! }
    extend type Need { sectors: [Sector!]! }
  `,
  objects: {
    Need: { plans: { sectors: ($need) => lambda($need.get("scian"), sectorsOf, true) } },
  },
});

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [Sectors],
  // Views have no indexes of their own to go by.
  disablePlugins: ["PgIndexBehaviorsPlugin", "NodePlugin", "MutationPayloadQueryPlugin"],
  pgServices: [
    makePgService({
      connectionString,
      schemas: ["peer"],
      pubsub: false,
      poolConfig: { max: Number(pool), min: Number(pool), idleTimeoutMillis: 0 },
    }),
  ],
  // Nothing can be written but a draft.
  schema: { defaultBehavior: "-resource:insert -resource:update -resource:delete" },
  grafast: { explain: false },
  grafserv: { graphiql: false, watch: false },
};

const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.keepAliveTimeout = 60_000;
server.listen(Number(port), "127.0.0.1");
