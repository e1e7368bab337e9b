// Whether the schema and every operation of the playground become TypeScript, by GraphQL Code
// Generator, and whether the compiler takes what comes of it.
import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generate } from '@graphql-codegen/cli';

const PACKAGES = fileURLToPath(new URL('node_modules', import.meta.url));
const config = {
  // What the schema's own scalars are in JSON.
  scalars: { DateTime: 'string', Decimal: 'string', JSON: 'unknown', NaiveDate: 'string' },
  strictScalars: true,
  useTypeImports: true,
};

export default async function types(service, check) {
  const folder = join(service.folder, 'types');
  await mkdir(folder);
  const examples = await (await fetch(`${service.url}/playground/examples.json`)).json();
  // Once each: some are in the menu of several roles.
  const documents = [...new Set(examples.map(({ query }) => query))];
  await Promise.all(documents.map((query, number) => writeFile(join(folder, `${number}.graphql`), query)));
  const written = await generate({
    schema: service.sdl,
    documents: join(folder, '*.graphql'),
    silent: true,
    // From here, wherever this is started.
    pluginLoader: (name) => import(name),
    generates: {
      [join(folder, 'schema.ts')]: { plugins: ['typescript'], config },
      [join(folder, 'operations.ts')]: { plugins: ['typescript-operations', 'typed-document-node'], config },
    },
  }, true);
  check('nothing was generated', written.length === 2);

  await symlink(PACKAGES, join(folder, 'node_modules'));
  const compiler = join(PACKAGES, '.bin/tsc');
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck'];
  await promisify(execFile)(compiler, [...options, ...written.map(({ filename }) => filename)])
    .catch(({ stdout }) => check(`the compiler: ${stdout.slice(0, 2000)}`, false));
  return `${documents.length} operations`;
}
