// The bearer token: kept in sessionStorage, so that it goes when the tab does. It is decoded
// only to show what it says; whether it is good is for the service to judge.
const KEY = 'vinculo:token';

export const load = () => sessionStorage.getItem(KEY) ?? '';

export function save(token) {
  if (token) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
}

/** What somebody pasted, without what people paste around it. */
export function clean(text) {
  return text.trim().replace(/^authorization:\s*/i, '').replace(/^bearer\s+/i, '').replace(/^["']|["']$/g, '').replace(/\s+/g, '');
}

/** A header value must not hold anything else. */
export const isSendable = (token) => /^[\x21-\x7e]+$/.test(token);

/** Who the token says it is, or null if it cannot be read (it is sent all the same). */
export function decode(token) {
  try {
    const part = token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(part), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    const grants = Array.isArray(claims.grants) ? claims.grants : [];
    return {
      subject: typeof claims.sub === 'string' ? claims.sub : '',
      grants: grants.map(({ role, organization }) => ({ role: String(role ?? '?'), organization: String(organization ?? '') })),
      expiresAt: typeof claims.exp === 'number' ? new Date(claims.exp * 1000) : null,
    };
  } catch {
    return null;
  }
}
