// What changed in the schema since it was last released, by graphql-js: fails on a change that
// breaks clients, unless it is declared with its reason and its date, or takes away what was
// deprecated and whose time is over.
//
//   node changes.mjs RELEASED CURRENT DECLARED [TODAY]
import { readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';

const [releasedFile, currentFile, declaredFile, today = new Date().toISOString().slice(0, 10)] =
  process.argv.slice(2);
const read = (file) => buildSchema(readFileSync(file, 'utf8'));
const released = read(releasedFile);
const current = read(currentFile);
const declared = JSON.parse(readFileSync(declaredFile, 'utf8'));
const faults = [];

const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
for (const { change, reason, on } of declared) {
  if (!change || !reason || reason.length < 20 || !isDay(on ?? '')) {
    faults.push(`not declared in full (change, reason, on): ${change}`);
  }
}

// The day from which on something of the released schema may be gone, by its own reason.
function goneFrom(coordinate) {
  const [typeName, fieldName, argumentName] = coordinate.split('.');
  const type = released.getType(typeName);
  const field = type?.getFields?.()[fieldName];
  const value = type?.getValues?.().find((one) => one.name === fieldName);
  const argument = field?.args?.find((one) => one.name === argumentName);
  const reason = (argumentName ? argument : (field ?? value))?.deprecationReason;
  return reason?.match(/\d{4}-\d{2}-\d{2}/g)?.at(-1);
}

// What a change takes away, as a coordinate; nothing for changes of another kind.
function taken({ type, description }) {
  const words = description.split(' ');
  switch (type) {
    case 'FIELD_REMOVED': // T.f was removed.
      return words[0];
    case 'ARG_REMOVED': // T.f arg a was removed.
      return `${words[0]}.${words[2]}`;
    case 'VALUE_REMOVED_FROM_ENUM': // V was removed from enum type E.
      return `${words.at(-1).replace(/\.$/, '')}.${words[0]}`;
    default:
      return undefined;
  }
}

const breaking = findBreakingChanges(released, current);
for (const change of breaking) {
  const coordinate = taken(change);
  const gone = coordinate && goneFrom(coordinate);
  if (gone && gone <= today) {
    console.log(`gone as announced: ${change.description}`);
  } else if (declared.some((one) => one.change === change.description)) {
    console.log(`declared: ${change.description}`);
  } else {
    faults.push(`breaks clients and is not declared: ${change.description}`);
  }
}
for (const { change } of declared) {
  if (!breaking.some(({ description }) => description === change)) {
    faults.push(`declared and not so: ${change}`);
  }
}
for (const { description } of findDangerousChanges(released, current)) {
  console.log(`to be mentioned to clients: ${description}`);
}
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
