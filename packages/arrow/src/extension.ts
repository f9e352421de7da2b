/** Arrow's extension types ride in the metadata of a field (Columnar.rst, "Extension Types"). */

export const EXTENSION_NAME = 'ARROW:extension:name'
export const EXTENSION_METADATA = 'ARROW:extension:metadata'

/** The canonical extension for UUIDs, over fixed_size_binary(16). */
export const UUID_EXTENSION = 'arrow.uuid'
