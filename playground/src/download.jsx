// What is asked in the editor, as a file of all of it: a bulk job is started, followed and, once it
// is there, fetched by its link.
import { Kind, parse, print, visit } from 'graphql';
import { useEffect, useRef, useState } from 'react';
import { ask } from './fetcher.js';

const FIELDS = 'id status done sizeBytes errorMessage url';
const START = `mutation($input: BulkExportStartInput!) { bulkExportStart(input: $input) { bulkJob { ${FIELDS} } userErrors { message } } }`;
const FOLLOW = `query($id: ID!) { bulkJob(id: $id) { ${FIELDS} } }`;
const CANCEL = `mutation($id: ID!) { bulkJobCancel(input: { id: $id }) { bulkJob { ${FIELDS} } userErrors { message } } }`;
const EVERY = 700; // milliseconds
const PAGING = ['first', 'after', 'last', 'before'];

/** The document without what asks for a page of a list, and without variables that nobody uses then. */
export function whole(text) {
  const isList = (field) => field.selectionSet?.selections.some(({ kind, name }) => kind === Kind.FIELD && ['nodes', 'edges'].includes(name.value));
  const document = visit(parse(text), {
    Field: (field) => (isList(field) ? { ...field, arguments: field.arguments.filter(({ name }) => !PAGING.includes(name.value)) } : undefined),
  });
  const used = new Set();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => { used.add(name.value); },
  });
  return print(visit(document, { VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null) }));
}

/** The chosen operation, if the document has it: the editor may not have noticed yet that its text is another. */
function chosen(text, name) {
  return parse(text).definitions.some((definition) => definition.kind === Kind.OPERATION_DEFINITION && definition.name?.value === name) ? name : undefined;
}

/** Spanish first, English beside. */
const Both = ({ es, en }) => <span className="both"><span>{es}</span><span lang="en">{en}</span></span>;

export function Download({ editors, bearer }) {
  const [format, setFormat] = useState('CSV');
  const [job, setJob] = useState(null);
  const [refused, setRefused] = useState(null);
  const link = useRef(null);
  const open = job && ['QUEUED', 'RUNNING'].includes(job.status);

  function take(answer, name) {
    const told = answer.data?.[name];
    const errors = [...(answer.errors ?? []), ...(told?.userErrors ?? [])];
    if (errors.length > 0) setRefused(errors.map(({ message }) => message).join('\n'));
    const next = told?.bulkJob ?? (name === 'bulkJob' ? told : null);
    if (next) setJob(next);
    else if (name === 'bulkJob' && !errors.length) setJob(null);
  }

  async function start() {
    setJob(null);
    setRefused(null);
    const { queryEditor, variableEditor } = editors.current;
    try {
      const variables = JSON.parse(variableEditor.getValue().trim() || '{}');
      const text = queryEditor.getValue();
      const input = { query: whole(text), variables, operationName: chosen(text, queryEditor.operationName), format };
      take(await ask(bearer, START, { input }), 'bulkExportStart');
    } catch ({ message }) {
      setRefused(message);
    }
  }

  useEffect(() => {
    if (!open) return undefined;
    const timer = setTimeout(async () => take(await ask(bearer, FOLLOW, { id: job.id }), 'bulkJob'), EVERY);
    return () => clearTimeout(timer);
  }, [job, open, bearer]);

  // The link brings the file by itself: the page stays.
  useEffect(() => {
    if (job?.status === 'COMPLETED' && job.url) link.current.click();
  }, [job?.id, job?.status]);

  return (
    <div className="download">
      <select id="format" aria-label="Formato · Format" value={format} disabled={open} onChange={(event) => setFormat(event.target.value)}>
        <option value="CSV">CSV</option>
        <option value="JSONL">JSONL</option>
      </select>
      {open
        ? <button type="button" id="cancel-download" onClick={async () => take(await ask(bearer, CANCEL, { id: job.id }), 'bulkJobCancel')}><Both es="Cancelar" en="Cancel" /></button>
        : <button type="button" id="download" disabled={!bearer} title={bearer ? 'Todo lo que encuentra la consulta · All that the query finds' : 'Con token · With a token'} onClick={start}><Both es="Descargar" en="Download" /></button>}
      <span id="download-status" className="progress" role="status" title={refused ?? job?.errorMessage ?? ''}><Progress job={job} refused={refused} /></span>
      {job?.url && <a ref={link} href={job.url} download hidden>{job.id}</a>}
    </div>
  );
}

function Progress({ job, refused }) {
  if (refused) return <Both es="No se pudo" en={refused.split(' / ').pop().slice(0, 60)} />;
  if (!job) return null;
  const done = job.done.toLocaleString('es-MX');
  switch (job.status) {
    case 'QUEUED': return <Both es="En cola" en="Queued" />;
    case 'RUNNING': return <Both es={`${done} objetos…`} en={`${done} objects…`} />;
    case 'COMPLETED': return <Both es={`${done} objetos`} en={`${done} objects`} />;
    case 'CANCELED': return <Both es="Cancelado" en="Canceled" />;
    default: return <Both es="Sin éxito" en="Failed" />;
  }
}
