import 'graphiql/style.css';
import './playground.css';
import { useEditorContext } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { Download } from './download.jsx';
import { fetcherFor } from './fetcher.js';
import * as token from './token.js';

const ROLES = {
  NETWORK_ADMIN: 'Administración de la Red',
  CHAMBER_ADMIN: 'Administración de cámara',
  CHAMBER_LIAISON: 'Enlace de cámara',
  OTT_MANAGER: 'Dirección de OTT',
  OTT_OFFICER: 'Gestión de OTT',
  MEMBER_USER: 'Empresa afiliada',
  ANALYST: 'Análisis',
  SERVICE: 'Integración',
  PUBLIC: 'Público',
};

const WELCOME = `# Elija un ejemplo arriba o escriba aquí.
# Ctrl-Enter ejecuta, Ctrl-Espacio completa.
#
# Choose an example above or write here.
# Ctrl-Enter runs, Ctrl-Space completes.

{
  __typename
}
`;

// Texts of needs and offers may be confidential: queries and variables, too, go when the tab does.
const storage = {
  getItem: (key) => sessionStorage.getItem(key),
  setItem: (key, value) => sessionStorage.setItem(key, value),
  removeItem: (key) => sessionStorage.removeItem(key),
  get length() { return ownKeys().length; },
  clear: () => ownKeys().forEach((key) => sessionStorage.removeItem(key)),
};
const ownKeys = () => Object.keys(sessionStorage).filter((key) => key.startsWith('graphiql:'));

/** Spanish first, English beside. */
const Both = ({ es, en }) => <span className="both"><span>{es}</span><span lang="en">{en}</span></span>;

function Playground() {
  const [bearer, setBearer] = useState(token.load);
  const [examples, setExamples] = useState(null);
  const editors = useRef(null);
  const fetcher = useMemo(() => fetcherFor(bearer), [bearer]);
  const identity = useMemo(() => (bearer ? token.decode(bearer) : null), [bearer]);

  useEffect(() => {
    fetch('/playground/examples.json').then((r) => r.json()).then(setExamples).catch(() => setExamples([]));
  }, []);

  function use(next) {
    token.save(next);
    setBearer(next);
  }

  return (
    <>
      <header className="bar">
        <h1><span>Vínculo</span><Both es="Consola GraphQL" en="GraphQL console" /></h1>
        <Examples examples={examples} identity={identity} onChoose={(example) => show(editors.current, example, examples)} />
        <Download key={bearer} editors={editors} bearer={bearer} />
        {bearer ? <Identity identity={identity} onRemove={() => use('')} /> : <TokenField onUse={use} />}
      </header>
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        shouldPersistHeaders={false}
        defaultQuery={WELCOME}
        defaultEditorToolsVisibility="variables"
      >
        <GraphiQL.Logo><span /></GraphiQL.Logo>
        <Editors into={editors} />
      </GraphiQL>
    </>
  );
}

/** GraphiQL lends its editors only to what stands inside it. */
function Editors({ into }) {
  into.current = useEditorContext({ nonNull: true });
  return null;
}

/** Puts an example where nothing of the person's own is lost: here if untouched, else in a new tab. */
function show(editors, example, examples) {
  const present = editors.queryEditor.getValue();
  const untouched = !present.trim() || [WELCOME, ...examples.map(({ query }) => query)].includes(present);
  if (!untouched) flushSync(() => editors.addTab());
  editors.queryEditor.setValue(example.query);
  editors.variableEditor.setValue(example.variables ?? '');
  editors.responseEditor.setValue('');
  editors.queryEditor.focus();
}

function Examples({ examples, identity, onChoose }) {
  const mine = new Set(identity?.grants.map(({ role }) => role) ?? ['PUBLIC']);
  const ordered = [...grouped(examples ?? [])].sort(([a], [b]) => mine.has(b) - mine.has(a));
  return (
    <label className="examples">
      <Both es="Ejemplos" en="Examples" />
      <select id="examples" value="" disabled={!examples?.length} onChange={(event) => onChoose(examples[event.target.value])}>
        <option value="" disabled hidden>
          {examples?.length === 0 ? 'No hay ejemplos · No examples' : 'Elija un ejemplo · Choose an example'}
        </option>
        {ordered.map(([role, members]) => (
          <optgroup key={role} label={`${ROLES[role] ?? role} · ${role}`}>
            {members.map((example) => (
              <option key={examples.indexOf(example)} value={examples.indexOf(example)}>
                {example.titleEs} · {example.titleEn}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function grouped(examples) {
  const groups = new Map();
  for (const example of examples) groups.set(example.role, [...(groups.get(example.role) ?? []), example]);
  return groups;
}

function TokenField({ onUse }) {
  const [text, setText] = useState('');
  const [refused, setRefused] = useState(false);

  function tryIt(value) {
    const cleaned = token.clean(value);
    if (!cleaned) return;
    if (token.isSendable(cleaned)) onUse(cleaned);
    else setRefused(true);
  }

  // Not type="password" and not in a form: the browser must not offer to keep it.
  return (
    <div className="token">
      <label htmlFor="token">
        {refused
          ? <Both es="Eso no es un token" en="Not a token" />
          : <Both es="Sin token: solo lo público" en="No token: public data only" />}
      </label>
      <input
        id="token"
        type="text"
        className="secret"
        placeholder="Pegue su token · Paste your token"
        autoComplete="off" autoCorrect="off" autoCapitalize="off" spellCheck="false" data-1p-ignore="" data-lpignore="true"
        aria-invalid={refused}
        value={text}
        onChange={(event) => { setText(event.target.value); setRefused(false); }}
        onPaste={(event) => { event.preventDefault(); setText(''); tryIt(event.clipboardData.getData('text')); }}
        onKeyDown={(event) => { if (event.key === 'Enter') tryIt(text); }}
      />
      <button type="button" id="use-token" onClick={() => tryIt(text)}><Both es="Usar" en="Use" /></button>
    </div>
  );
}

function Identity({ identity, onRemove }) {
  return (
    <div className="token" id="identity">
      {identity ? <Grants {...identity} /> : <Both es="Token opaco: se envía tal cual" en="Opaque token: sent as it is" />}
      {identity && <Expiry at={identity.expiresAt} />}
      <button type="button" id="remove-token" onClick={onRemove}><Both es="Quitar" en="Remove" /></button>
    </div>
  );
}

function Grants({ subject, grants }) {
  if (grants.length === 0) return <Both es="Sin roles" en="No roles" />;
  const all = grants.map(({ role, organization }) => `${role} · ${organization}`).join('\n');
  return (
    <div className="grants" title={`${subject}\n${all}`}>
      {grants.slice(0, 2).map(({ role, organization }, i) => (
        <span className="grant" key={i}>
          <span className="both"><span>{ROLES[role] ?? role}</span><span lang="en">{role}</span></span>
          <code>{short(organization)}</code>
        </span>
      ))}
      {grants.length > 2 && <span className="more">+{grants.length - 2}</span>}
    </div>
  );
}

/** UUIDv7 ids begin alike; their ends tell them apart. */
const short = (id) => (id.length > 16 ? `${id.slice(0, id.indexOf('_') + 1)}…${id.slice(-6)}` : id);

function Expiry({ at }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  if (!at) return <span className="expiry"><Both es="No vence" en="Never expires" /></span>;
  const left = at - now;
  const today = at.toDateString() === new Date(now).toDateString();
  const when = at.toLocaleString('es-MX', { hour: '2-digit', minute: '2-digit', hour12: false, ...(!today && { day: 'numeric', month: 'short', year: 'numeric' }) });
  const state = left <= 0 ? 'over' : left < 120_000 ? 'soon' : 'good';
  return (
    <span className={`expiry ${state}`} title={at.toLocaleString('es-MX')} role="status">
      {left <= 0
        ? <Both es={`Venció: ${when}`} en="Expired" />
        : <Both es={`Vence: ${when}`} en={`Expires in ${span(left)}`} />}
    </span>
  );
}

function span(milliseconds) {
  const minutes = Math.ceil(milliseconds / 60_000);
  return minutes < 90 ? `${minutes} min` : minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}

createRoot(document.getElementById('playground')).render(<Playground />);
