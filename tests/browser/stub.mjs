// A stand-in for the service: the built files, a policy, and a schema of two fields. It lets the
// browser test prove that it can fail, and people work on the playground without compiling Rust:
//
//   node stub.mjs [PORT]
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { buildSchema, graphql } from 'graphql';

const ASSETS = new URL('../../api/assets/playground/', import.meta.url);
export const POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", 'img-src data:',
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ');

const FILES = {
  '/playground': ['index.html', 'text/html; charset=utf-8'],
  '/playground/playground.js': ['playground.js', 'text/javascript; charset=utf-8'],
  '/playground/playground.css': ['playground.css', 'text/css; charset=utf-8'],
  '/playground/LICENSES.txt': ['LICENSES.txt', 'text/plain; charset=utf-8'],
};

const schema = buildSchema(`
  "Lo que se puede leer."
  type Query {
    "Necesidades publicadas, de la más reciente a la más antigua."
    needs(first: Int = 20): [Need!]!
    "Quién pregunta; nulo sin token."
    viewer: String
    organizations(first: Int = 20): OrganizationConnection
    bulkJob(id: ID!): BulkJob
  }
  type Mutation {
    bulkExportStart(input: BulkExportStartInput!): BulkJobPayload
    bulkJobCancel(input: BulkJobCancelInput!): BulkJobPayload
  }
  input BulkExportStartInput { query: String! variables: JSON operationName: String format: String! }
  input BulkJobCancelInput { id: ID! }
  scalar JSON
  type BulkJobPayload { bulkJob: BulkJob userErrors: [UserError!]! }
  type UserError { message: String! }
  type BulkJob { id: ID! status: String! done: Int! sizeBytes: Int! errorMessage: String url: String }
  type OrganizationConnection { nodes: [Organization!]! totalCount: Int }
  type Organization { id: ID! name: String! }
  "Una necesidad tecnológica de una empresa."
  type Need { id: ID! title: String! "Nivel de madurez mínimo, 1 a 9." acceptedTrlMin: Int }
`);

const NEEDS = [
  { id: 'need_01920000000070008000000000000001', title: 'Recubrimiento comestible para aguacate de exportación', acceptedTrlMin: 5 },
  { id: 'need_01920000000070008000000000000002', title: 'Recuperación de agua en el lavado de agave', acceptedTrlMin: 6 },
];

const QUERY = `query Necesidades($first: Int) {
  viewer
  needs(first: $first) {
    id
    title
    acceptedTrlMin
  }
}
`;
const example = (role, titleEs, titleEn, query, variables = '') => ({ role, titleEs, titleEn, query, variables });
const EXAMPLES = [
  example('PUBLIC', 'Necesidades publicadas', 'Published needs', '{ needs { id title } }\n'),
  example('OTT_OFFICER', 'Necesidades que podemos atender', 'Needs we could answer', QUERY, '{ "first": 2 }'),
  example('OTT_OFFICER', 'Quién soy', 'Who I am', '{ viewer }\n'),
  example('CHAMBER_LIAISON', 'Necesidades de mis empresas', 'Needs of my members', QUERY, '{ "first": 1 }'),
];

const JOB = { id: 'job_1', status: 'COMPLETED', done: 1, sizeBytes: 29, errorMessage: null, url: '/bulk/job_1' };
let asked; // the last export

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Looks like an access token; nobody checks its signature here. */
export function sampleToken() {
  const claims = {
    sub: 'person_01920000000070008000000000000001',
    grants: [{ organization: 'org_01920000000070008000000000a1b2c3', role: 'OTT_OFFICER' }],
    exp: Math.floor(Date.now() / 1000) + 900,
  };
  return `${base64url({ alg: 'EdDSA', typ: 'JWT' })}.${base64url(claims)}.c3R1Yg`;
}

/** Starts the stub; `fault` breaks one thing. */
export async function start(fault = 'none', port = 0) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://stub');
    if (pathname === '/graphql' && request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { query, variables, operationName } = JSON.parse(body);
      const signedIn = request.headers.authorization?.startsWith('Bearer ');
      if (fault === 'closedSchema' && !signedIn) {
        response.writeHead(403, { 'content-type': 'application/graphql-response+json; charset=utf-8' })
          .end('{"errors":[{"message":"Solo con token","extensions":{"code":"FORBIDDEN"}}]}');
        return;
      }
      const root = {
        needs: ({ first }) => {
          if (fault === 'refusal') throw new Error('UNAUTHENTICATED');
          return NEEDS.slice(0, first);
        },
        bulkExportStart: ({ input }) => {
          asked = input;
          return { bulkJob: { ...JOB, status: 'QUEUED', url: null }, userErrors: [] };
        },
        bulkJobCancel: () => ({ bulkJob: { ...JOB, status: 'CANCELED', url: null }, userErrors: [] }),
        bulkJob: () => (fault === 'failedJob' ? { ...JOB, status: 'FAILED', url: null } : JOB),
        viewer: signedIn ? 'person_01920000000070008000000000000001' : null,
      };
      const result = await graphql({ schema, source: query, rootValue: root, variableValues: variables, operationName });
      response.writeHead(200, { 'content-type': 'application/graphql-response+json; charset=utf-8' }).end(JSON.stringify(result));
    } else if (pathname === JOB.url) {
      const whole = !asked.query.includes('first') && asked.query.includes('organizations');
      response.writeHead(whole ? 200 : 400, { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="vinculo.csv"' })
        .end('\uFEFFid,name\r\norg_1,Cámara\r\n');
    } else if (pathname === '/playground/examples.json') {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(EXAMPLES));
    } else if (pathname in FILES) {
      const [name, type] = FILES[pathname];
      let text = await readFile(new URL(name, ASSETS), 'utf8');
      if (fault === 'foreign') text = text.replace('</body>', '<img src="https://cdn.example.com/x.png" alt=""></body>');
      if (fault === 'inlineStyle') text = text.replace('</body>', '<p style="color: red"></p></body>');
      const policy = fault === 'noPolicy' ? {} : { 'content-security-policy': POLICY };
      response.writeHead(200, { 'content-type': type, 'x-content-type-options': 'nosniff', ...policy }).end(text);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { url } = await start('none', Number(process.argv[2] ?? 8000));
  console.log(`${url}/playground\n${sampleToken()}`);
}
