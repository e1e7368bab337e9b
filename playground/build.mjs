// Builds ../api/assets/playground. `--check` builds in memory and fails if the committed files differ.
import { build } from 'esbuild';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '../api/assets/playground');

// The page is served with `style-src 'self'` and no fonts, and should be small.
const shims = {
  'framer-motion': 'src/shims/framer-motion.jsx', // only for dragging tabs about: 135 kB
  'react-style-singleton': 'src/shims/react-style-singleton.js', // injects <style> elements
};
const edits = [
  // 340 kB of embedded fonts; src/playground.css names the system's instead.
  { file: /graphiql\/dist\/style\.css$/, loader: 'css', from: /@font-face\s*\{[^}]*\}/g, to: '' },
  // style="…" in markup is refused by the policy; src/playground.css has the same rules.
  { file: /codemirror\/addon\/search\/search\.js$/, loader: 'js', from: /"?style"?: "[^"]*", /g, to: '' },
  { file: /codemirror\/addon\/search\/jump-to-line\.js$/, loader: 'js', from: / style="[^"]*"/g, to: '' },
];
const untouched = new Set(edits);

const adapt = {
  name: 'adapt',
  setup(build) {
    for (const [name, path] of Object.entries(shims)) {
      build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: join(here, path) }));
    }
    for (const edit of edits) {
      build.onLoad({ filter: edit.file }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = text.replace(edit.from, edit.to);
        if (contents !== text) untouched.delete(edit);
        return { contents, loader: edit.loader };
      });
    }
  },
};

const result = await build({
  absWorkingDir: here,
  entryPoints: { playground: 'src/playground.jsx' },
  outdir: out,
  write: false,
  bundle: true,
  minify: true,
  metafile: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none', // all of them are in LICENSES.txt
  banner: { js: '/* Third-party licences: LICENSES.txt */', css: '/* Third-party licences: LICENSES.txt */' },
  plugins: [adapt],
});

const files = new Map(result.outputFiles.map((file) => [basename(file.path), file.text]));
files.set('index.html', await readFile(join(here, 'src/index.html'), 'utf8'));
files.set('LICENSES.txt', await licences(Object.keys(result.metafile.inputs)));

const problems = [...untouched].map((edit) => `nothing left to edit in ${edit.file}: look at it again`);
if (/\beval\(|new Function\(|[^\w.]Function\("/.test(files.get('playground.js'))) problems.push('playground.js evaluates strings');
if (/url\((?!["']?data:)|@import/.test(files.get('playground.css'))) problems.push('playground.css loads something');

if (process.argv.includes('--check')) {
  for (const [name, text] of files) {
    if ((await readFile(join(out, name), 'utf8').catch(() => '')) !== text) problems.push(`${name} is not what the sources build: npm run build`);
  }
  for (const name of await readdir(out)) if (!files.has(name)) problems.push(`${name} is not made by this build`);
} else {
  await mkdir(out, { recursive: true });
  for (const [name, text] of files) await writeFile(join(out, name), text);
}
for (const [name, text] of files) console.log(`${name.padEnd(16)} ${Buffer.byteLength(text)}`);
for (const problem of problems) console.error(`error: ${problem}`);
process.exitCode = problems.length ? 1 : 0;

/** The licence texts of the packages whose code is in the bundle, packages with the same text together. */
async function licences(inputs) {
  const allowed = new Set(['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0']);
  const folders = new Set(inputs.map((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
  const byText = new Map();
  for (const folder of [...folders].sort()) {
    const about = JSON.parse(await readFile(join(here, folder, 'package.json'), 'utf8'));
    const licence = about.license ?? about.licenses?.[0]?.type;
    if (!allowed.has(licence)) throw new Error(`${about.name}: licence ${licence} is not allowed here`);
    const names = (await readdir(join(here, folder))).filter((name) => /^(licen[cs]e|notice)/i.test(name)).sort();
    const texts = await Promise.all(names.map((name) => readFile(join(here, folder, name), 'utf8')));
    const text = texts.map((text) => text.replace(/\r\n?/g, '\n').trim()).join('\n\n') || withoutFile(about, licence);
    byText.set(text, [...(byText.get(text) ?? []), `${about.name} ${about.version} (${licence})`]);
  }
  const head = 'The GraphQL playground of Vínculo contains the packages below, each under the licence that follows its name.\nMade by playground/build.mjs.\n';
  const line = '-'.repeat(79);
  const parts = [...byText].map(([text, names]) => `${line}\n${[...new Set(names)].join('\n')}\n\n${text}\n`);
  return [head, ...parts].join('\n');
}

/** Some packages name the MIT licence and forget to bring its text. */
function withoutFile({ name, author, contributors }, licence) {
  if (licence !== 'MIT') throw new Error(`${name}: no text of its licence ${licence}`);
  const holder = [author, ...(contributors ?? [])].map((person) => person?.name ?? person).find(Boolean) ?? `the authors of ${name}`;
  return `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;
}
