/** The cookie that names a session, as Flight's servers and clients agree on it. */

import type { CallContext } from '../flight/call-context.js'

export const SESSION_COOKIE = 'arrow_flight_session_id'

/** What the call says its session is: the values of the cookie, first ones first; clients may join several headers. */
export function sessionCookies(context: CallContext): string[] {
  const ids: string[] = []
  for (const header of context.headers.get('cookie')) {
    for (const pair of header.toString().split(';')) {
      const [name, ...value] = pair.split('=')
      if (name?.trim() === SESSION_COOKIE) ids.push(value.join('=').trim().replace(/^"(.*)"$/, '$1'))
    }
  }
  return ids
}

export function setSessionCookie(context: CallContext, id: string): void {
  context.setHeader('set-cookie', `${SESSION_COOKIE}=${id}; Path=/; HttpOnly`)
}

/** Makes the client forget the cookie. */
export function clearSessionCookie(context: CallContext, id: string): void {
  context.setHeader('set-cookie', `${SESSION_COOKIE}=${id}; Path=/; Max-Age=0; HttpOnly`)
}
