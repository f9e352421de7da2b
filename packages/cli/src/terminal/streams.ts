/** What the shell is connected to: `process`, or what a test gives it. */

export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean }
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

export interface Streams {
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
}

export function isTerminal(stream: InputStream | OutputStream): boolean {
  return stream.isTTY === true
}
