// A need's way into the network, as three people live it: a company writes it, its chamber publishes
// it, and an office that follows the network hears of it.
//
//   node dist/main.js URL TOKENS      TOKENS is the demo's file of tokens
import { readFile } from 'node:fs/promises';
import { Mistakes, Refused, done } from './answers.js';
import { Vinculo } from './client.js';
import { DraftNeed, NeedPublished, OpenNeeds, PublishNeed, ReviseNeed, SubmitNeed, WhoAmI } from './operations.js';
import { rows } from './pages.js';

const [url, file] = process.argv.slice(2);
if (!url || !file) {
  console.error('usage: node dist/main.js URL TOKENS');
  process.exit(1);
}
const tokens: Record<string, { token: string }> = JSON.parse(await readFile(file, 'utf8'));
const as = (role: string) => new Vinculo(url, () => tokens[role]?.token ?? '');
const [company, chamber, office] = [as('MEMBER_USER'), as('CHAMBER_LIAISON'), as('OTT_OFFICER')];

let need: { id: string; version: number } | null | undefined;

// The office listens first and reads then, so that nothing falls in between.
const news = office.follow(NeedPublished, ({ needPublished }) => needPublished.cursor);
const heard = (async () => {
  for await (const { needPublished: { need: one, resync } } of news) {
    if (resync) console.log('too much happened: read again what you show');
    if (one && one.id === need?.id) return one;
  }
  throw new Error('the service said that this is all');
})();

// Pages: every open need.
let open = 0;
for await (const need of rows(async (after) => (await office.read(OpenNeeds, { after })).needs)) {
  open += 1;
  if (open <= 3) console.log(`${need.folio}  ${need.title}`);
}
console.log(`${open} open needs`);

// A company drafts a need. What is missing before review is told field by field.
const { viewer } = await company.read(WhoAmI, {});
const house = viewer?.grants.find(({ role }) => role === 'MEMBER_USER')?.organization?.id ?? '';
const text = {
  title: { es: 'Reducir el agua de enjuague en galvanoplastia', en: 'Less rinsing water in electroplating' },
  summary: { es: 'Buscamos enjuagar piezas cromadas con la mitad del agua, sin manchas.' },
  scian: ['3328'],
};
need = done((await company.change(DraftNeed, { input: { company: house, ...text } })).draftNeed).need;
const at = () => ({ id: need!.id, expectedVersion: need!.version });
try {
  done((await company.change(SubmitNeed, { input: at() })).submitNeed);
} catch (error) {
  if (!(error instanceof Mistakes)) throw error;
  console.log(`to mend:\n${error.message}`);
}
need = done((await company.change(ReviseNeed, { input: {
  ...at(),
  description: { es: 'Tres enjuagues en cascada usan 40 litros por bastidor. El cromo no puede llegar al drenaje.' },
  technicalSpecification: { es: 'Bastidores de 0.8 m2, 60 por hora, conductividad final bajo 50 uS/cm.' },
  partnerRole: { es: 'Diseñar el enjuague y medir el ahorro en planta.' },
  partnershipTypes: ['COMMERCIAL_AGREEMENT_WITH_TECHNICAL_ASSISTANCE'],
} })).reviseNeed).need;
need = done((await company.change(SubmitNeed, { input: at() })).submitNeed).need;

// What is not one's own to do has a code. (That is not for a form: the button should not be there.)
try {
  await company.change(PublishNeed, { input: at() });
} catch (error) {
  if (!(error instanceof Refused) || error.code !== 'FORBIDDEN') throw error;
  console.log(`the company may not publish it: ${error.code}`);
}

// Its chamber publishes it, and the office hears of it.
const published = done((await chamber.change(PublishNeed, { input: at() })).publishNeed).need;
console.log(`published as ${published?.folio}, and heard of: ${(await heard).title}`);
await Promise.all([company, chamber, office].map((client) => client.close()));
