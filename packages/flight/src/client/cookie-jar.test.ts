import { Metadata } from '@grpc/grpc-js'
import { expect, it } from 'vitest'
import { CookieJar } from './cookie-jar.js'

function headers(...cookies: string[]): Metadata {
  const metadata = new Metadata()
  for (const cookie of cookies) metadata.add('set-cookie', cookie)
  return metadata
}

it('keeps cookies, sends them all, and tells when one was replaced', () => {
  const jar = new CookieJar()
  expect(jar.header).toBeUndefined()
  expect(jar.receive(headers('id=a=b; Path=/; HttpOnly', 'other=1'))).toBe(false)
  expect(jar.header).toBe('id=a=b; other=1')
  expect(jar.receive(headers('id=a=b'))).toBe(false)
  expect(jar.receive(headers('id=c'))).toBe(true)
  expect(jar.header).toBe('id=c; other=1')
})

it('forgets what has run out, and takes no nonsense', () => {
  const jar = new CookieJar()
  jar.receive(headers('a=1', 'b=2', 'c=3', 'd=4; Max-Age=60', 'nonsense', '=x'))
  jar.receive(headers('a=1; Max-Age=0', 'b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'c='))
  expect(jar.header).toBe('d=4')
})
