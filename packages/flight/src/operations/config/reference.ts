/** The configuration in writing: the table of the documentation, and a configuration as a file. */

import { stringify } from 'smol-toml'
import type { ConfigKey, ServerConfig } from './definitions.js'
import { CONFIG_KEYS, definitionOf, environmentVariableOf, flagOf } from './definitions.js'

/** A Markdown table of all keys, for docs/flight-deployment.md. */
export function configTable(): string {
  const rows = CONFIG_KEYS.map((key) => {
    const { type, defaultText, description } = definitionOf(key)
    return `| \`${key}\` | \`--${flagOf(key)}\` | ${type} | ${shownDefault(defaultText)} | ${description.replaceAll('|', '\\|')} |`
  })
  return ['| key | flag | type | default | what it does |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

function shownDefault(text: string): string {
  if (text === '') return ''
  return text.includes('`') || text.includes(' ') || text === 'none' || text === 'off' ? text : `\`${text.replaceAll('"', '')}\``
}

/** The same for a terminal. */
export function configKeys(): string {
  const lines = CONFIG_KEYS.map((key) => {
    const { wanted, defaultText, description } = definitionOf(key)
    const standard = defaultText === '' ? '' : ` (default: ${defaultText.replaceAll('`', '')})`
    return `${key}${standard}\n    ${description.replaceAll('`', '')}.\n    Takes ${wanted}; --${flagOf(key)}, ${environmentVariableOf(key)}`
  })
  return `${lines.join('\n')}\n`
}

/** The whole configuration as a TOML file; what is no default says where it comes from. */
export function configToml(config: ServerConfig, origins: ReadonlyMap<ConfigKey, string>): string {
  const lines: string[] = []
  let section = ''
  for (const key of CONFIG_KEYS) {
    const at = key.lastIndexOf('.')
    const table = at < 0 ? key : key.slice(0, at)
    if (table !== section) lines.push(...(section === '' ? [] : ['']), `[${table}]`)
    section = table
    const value = config[key]
    const from = origins.get(key)
    const comment = from === undefined ? '' : ` # ${from}`
    if (at < 0) {
      const body = stringify({ ...(value as Readonly<Record<string, string>>) }).trimEnd()
      lines.push(...(body === '' ? [] : body.split('\n').map((line) => line + comment)))
    } else {
      const name = key.slice(at + 1)
      const definition = definitionOf(key)
      const unset = `# ${name} = … (${definition.defaultText.replaceAll('`', '') || 'not set'})`
      lines.push(value === undefined ? unset : `${name} = ${definition.format(value)}${comment}`)
    }
  }
  return `${lines.join('\n')}\n`
}
