/** Cuts a script into statements without parsing it, so that what is wrong with one does not keep the others from running. */

import { isComplete } from '@artemis/engine'

export interface StatementPiece {
  readonly text: string
  /** Where it begins in the script. */
  readonly start: number
  /** Whether its semicolon is there. */
  readonly isComplete: boolean
}

/** The statements with their semicolons; what follows the last semicolon, if it is not blank, comes last and incomplete. */
export function statementPieces(text: string): StatementPiece[] {
  const pieces: StatementPiece[] = []
  let start = 0
  for (let semicolon = text.indexOf(';'); semicolon !== -1; semicolon = text.indexOf(';', semicolon + 1)) {
    const piece = text.slice(start, semicolon + 1)
    // Quotes, comments and brackets hold semicolons, too. Text without any statement counts as complete, so it is the step
    // from incomplete to complete that tells an end.
    if (!isComplete(piece) || isComplete(piece.slice(0, -1))) continue
    pieces.push({ text: piece, start, isComplete: true })
    start = semicolon + 1
  }
  const rest = text.slice(start)
  if (rest.trim() !== '') pieces.push({ text: rest, start, isComplete: false })
  return pieces
}
