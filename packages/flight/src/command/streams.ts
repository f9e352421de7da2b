/** What the command is connected to: `process`, or what a test gives it. */

export type OutputStream = NodeJS.WritableStream

export interface Streams {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
}
