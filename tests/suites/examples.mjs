// Whether the clients in examples/ do what they say.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const PYTHON = fileURLToPath(new URL('.venv/bin/python', import.meta.url));

/** What a program prints, and how it ends. */
const run = (program, args, options) => new Promise((resolve) => {
  execFile(program, args, options, (error, out, err) => resolve({ code: error ? error.code : 0, out, err }));
});

export default async function examples(service, check) {
  await typescript(service, check);
  await python(service, check);
  return 'typescript and python';
}

async function typescript(service, check) {
  const folder = { cwd: join(EXAMPLES, 'typescript') };
  for (const script of ['generate', 'build']) {
    const { code, out, err } = await run('npm', ['run', '--silent', script], folder);
    check(`npm run ${script}: ${out}${err}`, code === 0);
  }
  const { code, out, err } = await run('node', ['dist/main.js', service.graphql, join(service.folder, 'demo-tokens.json')], { ...folder, timeout: 120_000 });
  check(`npm start: ${code}, ${out}${err}`, code === 0);
  for (const line of [/^\d+ open needs$/m, /need\.description REQUIRED/, /may not publish it: FORBIDDEN/, /^published as NEC-\d+-\d+, and heard of: Reducir/m]) {
    check(`npm start does not say ${line}: ${out}`, line.test(out));
  }
}

async function python(service, check) {
  const script = (role, ...args) => run(PYTHON, args, {
    cwd: join(EXAMPLES, 'python'),
    env: { ...process.env, VINCULO_URL: service.graphql, VINCULO_TOKEN: service.token(role), PYTHONDONTWRITEBYTECODE: '1' },
    timeout: 120_000,
  });
  const brought = await script('CHAMBER_LIAISON', 'bring_needs.py', 'needs.csv');
  check(`bring_needs.py: ${JSON.stringify(brought)}`, brought.code === 0 && brought.out.match(/^\d,NEC-\d{4}-\d{6},\r?$/gm)?.length === 3);
  // What is wrong with a line stops no other.
  const roll = join(service.folder, 'wrong.csv');
  await writeFile(roll, 'company,title,summary,trl_min\nNadie,Uno,Uno,\nGalletera Tres Tlacuaches,,Dos,\nGalletera Tres Tlacuaches,Tres,Tres,alto\nGalletera Tres Tlacuaches,Cuatro,Cuatro,4\n');
  const some = await script('CHAMBER_LIAISON', 'bring_needs.py', roll);
  const told = ['2,,company', '3,,input.title REQUIRED', '4,,trl_min', '5,NEC-'];
  check(`bring_needs.py: ${JSON.stringify(some)}`, some.code === 2 && told.every((line, number) => some.out.split(/\r?\n/)[number + 1].startsWith(line)));
  const refused = await script('ANALYST', 'bring_needs.py', 'needs.csv');
  check(`bring_needs.py: ${JSON.stringify(refused)}`, refused.code === 1 && /liaison/.test(refused.err));

  const whole = await script('CHAMBER_ADMIN', 'bring_roll.py', 'roll.csv');
  check(`bring_roll.py: ${JSON.stringify(whole)}`, whole.code === 0 && /3 created, 0 updated, 0 unchanged, 0 skipped/.test(whole.err));
  const bad = join(service.folder, 'bad.csv');
  await writeFile(bad, 'externalId,legalName,workers\nP-001,"Dulces Inventados, S.A.",muchos\nP-004,Nueva de Mentira,4\n');
  const part = await script('CHAMBER_ADMIN', 'bring_roll.py', bad);
  check(`bring_roll.py: ${JSON.stringify(part)}`, part.code === 2 && /^2,workers,ERROR,/m.test(part.out) && /1 created/.test(part.err));

  const table = await script('ANALYST', 'indicators.py', 'SUBSECTOR', 'STATUS');
  const rows = table.out.trim().split(/\r?\n/);
  check(`indicators.py: ${JSON.stringify(table)}`, table.code === 0 && rows[0] === 'subsector.code,subsector.label,status,count' && rows.length > 20);
  // The table and the list count the same.
  const sum = rows.slice(1).reduce((all, row) => all + Number(row.split(',').at(-1)), 0);
  const { data } = await service.ask('{ needs { totalCount } }', {}, 'ANALYST');
  check(`${sum} in the table, ${data?.needs.totalCount} in the list`, sum === data?.needs.totalCount);
}
