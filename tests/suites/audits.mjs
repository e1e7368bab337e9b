// Whether the service speaks GraphQL over HTTP, by the audits of graphql-http: each of them, also
// those of what may or should be.
import { auditServer } from 'graphql-http';

export default async function audits(service, check) {
  const results = await auditServer({ url: service.graphql });
  for (const { id, name, status, reason } of results) {
    check(`${id} ${name}: ${status}, ${reason}`, status === 'ok');
  }
  check('no audits', results.length > 50);
  return `${results.length} audits`;
}
