// Whether the service stands whatever it is asked: schemathesis makes up operations from the schema,
// for every root field, and each is asked by nobody and by everybody of the demo.
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const HERE = fileURLToPath(new URL('.', import.meta.url));
// The same operations in every run; another number finds others.
const SEED = process.env.SEED ?? '20261130';
const EXAMPLES = process.env.EXAMPLES ?? '3';

export default async function properties(service, check) {
  const given = join(service.folder, 'properties.json');
  const tokens = { nobody: null };
  for (const role of Object.keys(service.tokens)) tokens[role] = service.token(role);
  await writeFile(given, JSON.stringify({ url: service.graphql, tokens, ...await records(service) }));
  const args = [
    'run', service.graphql, '--checks', 'nothing_is_our_fault', '--phases', 'fuzzing', '--mode', 'positive',
    '--seed', SEED, '--max-examples', EXAMPLES, '--generation-database', 'none',
    '--no-shrink', '--continue-on-failure', '--suppress-health-check', 'all', '--warnings', 'off', '--no-color',
  ];
  const said = await new Promise((resolve, reject) => {
    let text = '';
    const run = spawn(join(HERE, '.venv/bin/schemathesis'), args, {
      cwd: service.folder,
      env: { ...process.env, PROPERTIES: given, SCHEMATHESIS_HOOKS: 'properties', PYTHONPATH: HERE },
    });
    run.stdout.on('data', (bytes) => { text += bytes; });
    run.stderr.on('data', (bytes) => { text += bytes; });
    run.once('error', reject);
    run.once('close', (code) => resolve({ code, text }));
  });
  check(`schemathesis, seed ${SEED}:\n${said.text.slice(-8000)}`, said.code === 0);

  // That nothing broke means little where nothing was carried out.
  const { carriedOut, refused, codes } = JSON.parse(await readFile(`${given}.told`, 'utf8'));
  const { data } = await service.ask('{ __schema { queryType { name fields { name } } mutationType { name fields { name } } } }');
  const fields = [data.__schema.queryType, data.__schema.mutationType]
    .flatMap(({ name, fields: all }) => all.map((field) => `${name}.${field.name}`));
  const untried = fields.filter((field) => !(field in carriedOut) && !(field in refused));
  check(`never asked: ${untried}`, untried.length === 0);
  const sum = (counts) => Object.values(counts).reduce((all, count) => all + count, 0);
  const [done, all] = [sum(carriedOut), sum(carriedOut) + sum(refused)];
  check(`only ${done} of ${all} were carried out: ${JSON.stringify(codes)}`, done * 10 > all);
  return `${fields.length} root fields, ${all} requests, ${done} carried out`;
}

/** What there is, as the operations of the playground show it to whom they are for: ids by kind, versions by id. */
async function records(service) {
  const examples = await (await fetch(`${service.url}/playground/examples.json`)).json();
  const [ids, versions] = [{}, {}];
  const look = (value) => {
    if (typeof value === 'string' && /^[a-z]+_[0-9a-f]{32}$/.test(value)) (ids[value.split('_')[0]] ??= new Set()).add(value);
    if (typeof value !== 'object' || value === null) return;
    if (value.id && value.version) versions[value.id] = value.version;
    Object.values(value).forEach(look);
  };
  for (const { role, query, variables } of examples) {
    const given = variables && JSON.parse(variables);
    look(given);
    if (/^\s*(mutation|subscription)\b/m.test(query)) continue;
    look(await service.ask(query, given, role === 'PUBLIC' ? undefined : role));
  }
  // A dozen of each kind will do.
  return { ids: Object.fromEntries(Object.entries(ids).map(([kind, all]) => [kind, [...all].slice(0, 12)])), versions };
}
