/** A few small related tables, as the statements that make them in any engine: with nulls, duplicates and edge values. */

import { SeededRandom } from '../demo/random.js'

const CREATE = [
  `CREATE TABLE teams (team VARCHAR, city VARCHAR, budget BIGINT)`,
  `CREATE TABLE people (
    id INTEGER, name VARCHAR, team VARCHAR, boss INTEGER, salary DECIMAL(10,2), rate DOUBLE, born DATE, joined TIMESTAMP, active BOOLEAN)`,
  `CREATE TABLE visits (person INTEGER, seen TIMESTAMPTZ, page VARCHAR, seconds SMALLINT, bytes BIGINT)`,
  `CREATE TABLE numbers (i INTEGER, l BIGINT, x DOUBLE, f FLOAT, d DECIMAL(18,4), t TINYINT)`,
  `CREATE TABLE empty (a INTEGER, b VARCHAR)`,
]

const TEAMS = [
  `('guidance', 'Houston', 12000000000)`,
  `('retro', 'Houston', 3500000)`,
  `('fido', 'Cape Canaveral', NULL)`,
  `('capcom', NULL, -1)`,
  `(NULL, 'Nowhere', 0)`,
]
const NAMES = ['Ada', 'Grace', 'Łukasz', 'Zoë', 'Müller', '李雷', 'smile 😀', "O'Neil", '', 'ada', 'Ångström', 'Zebra', 'x y z', 'Éva', 'e\u0301va']
const TEAM_OF = [`'guidance'`, `'retro'`, `'fido'`, `'unknown'`, 'NULL']
const PAGES = [`'/'`, `'/orbit'`, `'/orbit/plan'`, `'/100%'`, `'/a_b'`, `''`, 'NULL']
const EDGE_NUMBERS = [
  `(0, 0, 0.0, 0.0, 0, 0)`,
  `(2147483647, 9223372036854775807, 1e300, 3e38, 99999999999999.9999, 127)`,
  `(-2147483648, -9223372036854775808, -1e300, -3e38, -99999999999999.9999, -128)`,
  `(1, 1, 'NaN'::DOUBLE, 'NaN'::FLOAT, 0.0001, 1)`,
  `(2, 2, 'Infinity'::DOUBLE, 'Infinity'::FLOAT, -0.0001, -1)`,
  `(3, 3, '-Infinity'::DOUBLE, '-Infinity'::FLOAT, 0.5, 5)`,
  `(NULL, NULL, NULL, NULL, NULL, NULL)`,
]

/** CREATE TABLE and INSERT statements; the same for the same seed. */
export function sampleTables(seed = 7): readonly string[] {
  const random = new SeededRandom(seed)
  const pick = (items: readonly string[]): string => items[random.below(items.length)]!
  const maybe = (value: string, share = 0.12): string => (random.next() < share ? 'NULL' : value)
  const people = Array.from({ length: 60 }, (_, i) => {
    const born = `DATE '${1950 + random.below(60)}-${pad(1 + random.below(12))}-${pad(1 + random.below(28))}'`
    const joined = `TIMESTAMP '${1965 + random.below(60)}-${pad(1 + random.below(12))}-${pad(1 + random.below(28))} ${pad(random.below(24))}:${pad(random.below(60))}:00.${random.below(1e6)}'`
    const salary = `${random.below(90_000)}.${pad(random.below(100))}`
    const rate = (random.noise() * 10).toFixed(3)
    const name = `'${NAMES[i % NAMES.length]!.replaceAll("'", "''")}${i < NAMES.length ? '' : ` ${random.below(4)}`}'`
    return `(${i + 1}, ${maybe(name, 0.05)}, ${pick(TEAM_OF)}, ${maybe(String(1 + random.below(12)), 0.3)}, ${maybe(salary)}, ${maybe(rate)}, ${maybe(born)}, ${maybe(joined)}, ${maybe(pick(['TRUE', 'FALSE']))})`
  })
  const visits = Array.from({ length: 300 }, () => {
    const at = `TIMESTAMPTZ '2024-0${1 + random.below(3)}-${pad(1 + random.below(28))} ${pad(random.below(24))}:${pad(random.below(60))}:${pad(random.below(60))}.${random.below(1000)}+00'`
    return `(${maybe(String(1 + random.below(70)), 0.05)}, ${maybe(at, 0.05)}, ${pick(PAGES)}, ${maybe(String(random.below(600) - 20))}, ${maybe(`${random.below(2 ** 31)}${random.below(1000)}`)})`
  })
  const numbers = Array.from({ length: 80 }, () => {
    const i = random.below(20) - 10
    const x = (random.noise() * 100).toFixed(2)
    return `(${maybe(String(i))}, ${maybe(String(i * 1_000_003))}, ${maybe(x)}, ${maybe(x)}, ${maybe((random.noise() * 1000).toFixed(4))}, ${maybe(String(random.below(200) - 100))})`
  })
  return [
    ...CREATE,
    `INSERT INTO teams VALUES ${TEAMS.join(', ')}`,
    `INSERT INTO people VALUES ${people.join(', ')}`,
    `INSERT INTO visits VALUES ${visits.join(', ')}`,
    `INSERT INTO numbers VALUES ${[...EDGE_NUMBERS, ...numbers].join(', ')}`,
  ]
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
