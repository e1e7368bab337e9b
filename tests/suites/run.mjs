#!/usr/bin/env node
// What others publish to audit, compile, generate and make up, against the real binary.
//
//   tests/suites/run.mjs BINARY [SUITE…]
//   DEMO=folder                   the data of a demo that was ended: making them takes longest
//
// Starts a demo in a folder of its own on a free port of this machine, and ends it. Prints a line
// for each suite and each thing that is wrong; leaves with 0 if all is well, 1 if not. The packages
// are those of scripts/install-test-tools.
import { inspect } from 'node:util';
import { Service } from './service.mjs';

// In this order: the last of them writes into every record that it finds.
const SUITES = ['audits', 'types', 'relay', 'subscriptions', 'webhooks', 'examples', 'properties'];

// Far beyond what any of them takes: a suite that hangs is told, not waited for.
const PATIENCE = 600_000;

const [binary, ...named] = process.argv.slice(2);
if (!binary || named.some((name) => !SUITES.includes(name))) {
  console.error(`usage: run.mjs BINARY [${SUITES.join('|')}]…`);
  process.exit(1);
}

/** Gives up on what does not end. */
const soon = (suite) => Promise.race([
  suite,
  new Promise((_, reject) => { setTimeout(() => reject(new Error('it does not end')), PATIENCE).unref(); }),
]);

const service = await Service.start(binary, process.env.DEMO);
let problems = 0;
try {
  for (const name of SUITES.filter((suite) => named.length === 0 || named.includes(suite))) {
    const begun = performance.now();
    const wrong = [];
    /** Notes what does not hold. */
    const check = (what, holds) => { if (!holds) wrong.push(what); };
    let told = '';
    try {
      const { default: suite } = await import(`./${name}.mjs`);
      told = await soon(suite(service, check));
    } catch (error) {
      wrong.push(inspect(error));
    }
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`${name}: ${wrong.length ? 'FAILED' : told} (${seconds} s)`);
    for (const what of wrong) console.log(`  ${what}`);
    problems += wrong.length;
  }
} finally {
  await service.end();
}
// A client that still tries to come back must not keep this process.
process.exit(problems ? 1 : 0);
