/** The longest value that functions make of shorter ones, in bytes or UTF-16 code units: what a statement of a few words may ask for. */
export const MAX_LENGTH = 2 ** 26
