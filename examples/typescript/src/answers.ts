// The two kinds of error: what a program decides by, and what a person can mend.
import type { OperationResult } from '@urql/core';

/** Something in `errors`, or no answer at all. Decide by `code`; the text may change. */
export class Refused extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
    this.name = 'Refused';
  }
}

/** The data of an answer that is whole. */
export function dataOf<Data>({ data, error }: OperationResult<Data, any>): Data {
  const [first] = error?.graphQLErrors ?? [];
  if (first) throw new Refused(String(first.extensions['code']), first.message);
  if (error) throw new Refused('NETWORK', error.message);
  if (!data) throw new Refused('NETWORK', 'an answer without data');
  return data;
}

/** One mistake in a form, with the path of its field. */
interface UserError {
  code: string;
  field?: string[] | null;
  message: string;
}

/** `userErrors` of a mutation: show each beside its field. Nothing was changed. */
export class Mistakes extends Error {
  constructor(readonly errors: readonly UserError[]) {
    super(errors.map(({ field, code, message }) => `${field?.join('.') ?? ''} ${code}: ${message}`).join('\n'));
    this.name = 'Mistakes';
  }
}

/** A payload without mistakes. A field that was refused is not in it: `dataOf` has told that. */
export function done<Payload extends { userErrors: UserError[] }>(payload: Payload | null | undefined): Payload {
  if (!payload) throw new Refused('NETWORK', 'an answer without its field');
  if (payload.userErrors.length > 0) throw new Mistakes(payload.userErrors);
  return payload;
}
