// Whether Relay's compiler takes the schema, and the service the operations that it makes: pages
// below a record and at the root, and records found anew by their id.
import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { promisify } from 'node:util';

const HERE = fileURLToPath(new URL('.', import.meta.url));

export default async function relay(service, check) {
  const folder = join(service.folder, 'relay');
  await cp(join(HERE, 'relay'), folder, { recursive: true });
  const settings = {
    src: '.',
    schema: '../schema.graphql',
    language: 'javascript',
    // The texts of the operations, by name: what a client would send.
    persistConfig: { file: 'operations.json', algorithm: 'SHA256' },
    customScalarTypes: { DateTime: 'string', Decimal: 'string', NaiveDate: 'string' },
    noFutureProofEnums: true,
  };
  await writeFile(join(folder, 'operations.json'), '{}');
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(settings));
  await promisify(execFile)('node', [join(HERE, 'node_modules/relay-compiler/cli.js'), 'relay.config.json'], { cwd: folder })
    .catch(({ stdout, stderr }) => check(`the compiler: ${stdout}${stderr}`.slice(0, 3000), false));
  const texts = Object.values(JSON.parse(await readFile(join(folder, 'operations.json'), 'utf8')));
  const operation = (name) => {
    const text = texts.find((one) => new RegExp(`^\\w+ ${name}\\b`).test(one));
    if (!text) throw new Error(`no operation ${name} among ${texts.length}`);
    return text;
  };
  const ask = async (name, variables) => {
    const { data, errors } = await service.ask(operation(name), variables, 'OTT_OFFICER');
    check(`${name}: ${JSON.stringify(errors)}`, !errors);
    return data;
  };

  // Pages at the root, as a client walks them.
  const first = (await ask('needsPageQuery', { first: 3 })).needs;
  const next = (await ask('needsListPaginationQuery', { count: 3, cursor: first.pageInfo.endCursor })).needs;
  const ids = [...first.edges, ...next.edges].map(({ node }) => node.id);
  check(`pages overlap: ${ids}`, new Set(ids).size === 6);
  // A record found anew by its id, whatever its type.
  const { node } = await ask('needsCardRefetchQuery', { id: ids[0] });
  check(`another one: ${JSON.stringify(node)}`, node.__typename === 'Need' && node.id === ids[0] && node.title);
  // Pages below a record, by its id.
  const chamber = first.edges[0].node.chamber;
  const below = (await ask('needsChamberQuery', { id: chamber.id })).organization;
  const more = (await ask('needsOfChamberPaginationQuery', { id: chamber.id, count: 2, cursor: null })).node;
  check('below', below.needs.edges[0].node.id === more.needs.edges[0].node.id);
  const { node: organization } = await ask('needsAnythingQuery', { id: chamber.id });
  check(`by its id: ${JSON.stringify(organization)}`, organization.name === chamber.name);
  return `${texts.length} operations`;
}
