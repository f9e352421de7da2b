import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { SessionContext } from '@artemis/engine'
import * as apache from 'apache-arrow'
import { afterAll, describe, expect, it } from 'vitest'
import { DuckDB } from '../../../testkit/src/index.js'
import { OutputClosed, StreamOutput } from '../output/output.js'
import { LocalSession } from '../session/local-session.js'
import type { ScriptOptions, View } from '../shell/run-script.js'
import { runScript } from '../shell/run-script.js'
import { CapturedStream } from '../testing/captured-streams.js'
import type { Format } from './renderer.js'

interface Shown {
  readonly session?: SessionContext
  readonly view?: Partial<View>
  /** Columns of a terminal; without it the output is no terminal. */
  readonly terminal?: number
  readonly error?: string
}

const session = new SessionContext()

function options(stream: CapturedStream, format: Format, { session: own = session, view }: Shown, errors: string[]): ScriptOptions {
  return {
    session: new LocalSession(own),
    output: new StreamOutput(stream, 'the test'),
    view: { format, header: true, maxRows: 40, maxWidth: undefined, ...view },
    showProgress: undefined,
    bail: true,
    signal: new AbortController().signal,
    reportError: (text) => errors.push(text),
  }
}

async function bytesOf(format: Format, sql: string, shown: Shown = {}): Promise<Uint8Array> {
  const stream = new CapturedStream(shown.terminal !== undefined, shown.terminal)
  const errors: string[] = []
  await runScript({ name: 'test', isFile: false, text: sql }, options(stream, format, shown, errors))
  expect(errors.join('\n')).toBe(shown.error ?? '')
  return stream.bytes
}

async function show(format: Format, sql: string, shown: Shown = {}): Promise<string> {
  return Buffer.from(await bytesOf(format, sql, shown)).toString('utf8')
}

const EVERY_KIND = `SELECT TRUE AS yes, 9007199254740993 AS big, 0.1::FLOAT AS small, 18.0::DOUBLE AS whole, 'nan'::DOUBLE AS nan,
  'Infinity'::DOUBLE AS inf, '-Infinity'::DOUBLE AS less, 1e-5::DOUBLE AS tiny, 1e300::DOUBLE AS huge, 1.50::DECIMAL(10, 2) AS money,
  CAST('-0.05' AS DECIMAL(2, 2)) AS fraction, NULL AS nothing, DATE '2024-03-01' AS day, TIMESTAMP '2024-03-01 01:02:03.000004' AS at,
  'a "b", c' AS text`

describe('table', () => {
  it('has names, types, numbers to the right and a footer', async () => {
    expect(await show('table', "SELECT * FROM (VALUES (1, 'apollo-7', 1.5), (20, NULL, NULL)) AS t (id, mission, volts)")).toBe(
      `
┌─────────┬──────────┬──────────────┐
│      id │ mission  │        volts │
│ integer │ varchar  │ decimal(2,1) │
├─────────┼──────────┼──────────────┤
│       1 │ apollo-7 │          1.5 │
│      20 │ NULL     │         NULL │
└─────────┴──────────┴──────────────┘
2 rows
`.trimStart(),
    )
  })

  it('tells the time on a terminal only', async () => {
    expect(await show('table', 'SELECT 1 AS n', { terminal: 80 })).toMatch(/\n1 row in \d+ ms\n$/)
    expect(await show('table', 'CREATE TABLE told (a INTEGER)', { terminal: 80 })).toMatch(/^done in \d+ ms\n$/)
    expect(await show('table', 'CREATE TABLE untold (a INTEGER)')).toBe('')
  })

  it('fits wide characters and keeps control characters out of the frame', async () => {
    const lines = (await show('table', "SELECT '月曜日' AS a, E'tab\\there' AS b UNION ALL SELECT 'x', E'line\\nbreak'")).split('\n')
    expect(lines[4]).toBe(String.raw`│ 月曜日  │ tab\there   │`)
    expect(lines[5]).toBe(String.raw`│ x       │ line\nbreak │`)
  })

  it('shows the first and the last rows of a long result, however it is cut into batches', async () => {
    const own = new SessionContext()
    const rows = Array.from({ length: 1000 }, (_, i) => i + 1)
    for (const batchRows of [1, 3, 7, 400, 1000]) {
      const batches: apache.RecordBatch[] = []
      for (let at = 0; at < rows.length; at += batchRows) {
        batches.push(...new apache.Table({ n: apache.vectorFromArray(rows.slice(at, at + batchRows), new apache.Int32()) }).batches)
      }
      own.registerTable('long', batches)
      for (const maxRows of [1, 2, 5, 999]) {
        const lines = (await show('table', 'SELECT n FROM long', { session: own, view: { maxRows } })).trimEnd().split('\n')
        const cells = lines.slice(4, -2).map((line) => line.replaceAll(/[│ ]/g, ''))
        const top = Math.ceil(maxRows / 2)
        expect(cells).toEqual([...rows.slice(0, top).map(String), '·', ...rows.slice(1000 - maxRows + top).map(String)])
        expect(lines.at(-1)).toBe(`1,000 rows (${maxRows} shown)`)
      }
      for (const maxRows of [1000, Number.POSITIVE_INFINITY]) {
        const lines = (await show('table', 'SELECT n FROM long', { session: own, view: { maxRows } })).trimEnd().split('\n')
        expect(lines).toHaveLength(1000 + 6)
        expect(lines.at(-1)).toBe('1,000 rows')
      }
    }
  })

  it('leaves out columns in the middle when the terminal is too narrow, and says so', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `column_${i}`)
    const text = await show('table', `SELECT ${names.map((name, i) => `${i} AS ${name}`).join(', ')}`, { terminal: 60 })
    const lines = text.trimEnd().split('\n')
    expect(lines.slice(0, -1).every((line) => [...line].length <= 60)).toBe(true)
    expect(lines[1]).toBe('│ column_0 │ column_1 │ … │ column_10 │ column_11 │')
    expect(lines.at(-1)).toMatch(/^1 row, 12 columns \(4 shown\) in /)
    expect(await show('table', `SELECT ${names.map((name, i) => `${i} AS ${name}`).join(', ')}`)).toContain('│ column_5 │')
    expect(await show('table', `SELECT '${'x'.repeat(300)}' AS wide, 1 AS n`, { view: { maxWidth: 40 } })).toContain('x… │       1 │')
  })

  it('shows an empty result by its columns', async () => {
    expect(await show('table', 'SELECT 1 AS n WHERE FALSE')).toBe(
      '┌─────────┐\n│       n │\n│ integer │\n├─────────┤\n└─────────┘\n0 rows\n',
    )
    expect(await show('table', 'SELECT 1 AS n', { view: { header: false } })).toBe('┌───┐\n│ 1 │\n└───┘\n1 row\n')
    expect(await show('table', 'SELECT NULL AS n', { view: { nullText: '∅' } })).toContain('│ ∅ ')
  })

  it('shows a plan as its lines', async () => {
    const text = await show('table', 'EXPLAIN SELECT 1 AS n')
    expect(text).toMatch(/^\w+Exec/)
    expect(text).not.toContain('│')
  })
})

describe('csv and tsv', () => {
  const folder = mkdtemp(path.join(os.tmpdir(), 'artemis-cli-'))
  afterAll(async () => rm(await folder, { recursive: true, force: true }))
  const TRICKY = [
    'plain',
    '',
    'a,b',
    'say "hi"',
    'line\nbreak',
    'carriage\rreturn',
    'both\r\n',
    ' spaces ',
    'tab\there',
    String.raw`back\slash`,
    '月曜日',
    "o'clock",
    'NULL',
    String.raw`\N`,
    null,
  ]

  function trickySession(): SessionContext {
    const own = new SessionContext()
    const ids = TRICKY.map((_, i) => i)
    own.registerTable(
      'tricky',
      new apache.Table({
        id: apache.vectorFromArray(ids, new apache.Int32()),
        'the "text"': apache.vectorFromArray(TRICKY, new apache.Utf8()),
      }),
    )
    return own
  }

  it('quotes as RFC 4180 has it', async () => {
    expect(await show('csv', `SELECT 'a,b' AS "x,y", 'say "hi"' AS q, E'line\\nbreak' AS l, ' s ' AS s, '' AS e, NULL AS n`)).toBe(
      '"x,y",q,l,s,e,n\n"a,b","say ""hi""","line\nbreak", s ,"",\n',
    )
    expect(await show('csv', EVERY_KIND, { view: { header: false } })).toBe(
      'true,9007199254740993,0.1,18.0,nan,inf,-inf,1e-05,1e+300,1.50,-.05,,2024-03-01,2024-03-01 01:02:03.000004,"a ""b"", c"\n',
    )
  })

  it('is read by DuckDB value for value', async () => {
    const duckdb = await DuckDB.open()
    const place = path.join(await folder, 'tricky.csv')
    for (const nullText of [undefined, 'NULL', '-']) {
      await writeFile(place, await bytesOf('csv', 'SELECT * FROM tricky', { session: trickySession(), view: { nullText } }))
      const read = await duckdb.query(
        `SELECT * FROM read_csv('${place}', header = true, all_varchar = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
          new_line = '\\n', strict_mode = false,
          nullstr = '${nullText ?? ''}', allow_quoted_nulls = false, columns = {'id': 'VARCHAR', 'the "text"': 'VARCHAR'})`,
      )
      expect(read.names).toEqual(['id', 'the "text"'])
      expect(read.rows.map((row) => row[1])).toEqual(TRICKY)
    }
    duckdb.close()
  })

  it('escapes tsv as COPY does, so that NULL, an empty text and \\N differ', async () => {
    const lines = (await show('tsv', 'SELECT * FROM tricky', { session: trickySession() })).split('\n')
    expect(lines[0]).toBe('id\tthe "text"')
    const unescaped = lines.slice(1, -1).map((line) => {
      const cell = line.split('\t')[1]!
      if (cell === String.raw`\N`) return null
      return cell.replaceAll(/\\(.)/g, (_, c: string) => ({ n: '\n', r: '\r', t: '\t' })[c] ?? c)
    })
    expect(unescaped).toEqual(TRICKY)
    expect(await show('tsv', 'SELECT NULL AS a, 1 AS b', { view: { nullText: '', header: false } })).toBe('\t1\n')
  })

  it('writes the header of an empty result, and nothing for a statement without one', async () => {
    expect(await show('csv', 'SELECT 1 AS a, 2 AS b WHERE FALSE')).toBe('a,b\n')
    expect(await show('csv', "SET artemis.time_zone = 'UTC'")).toBe('')
    expect(await show('csv', 'SELECT 1 AS a; SELECT 2 AS b')).toBe('a\n1\nb\n2\n')
  })
})

describe('json', () => {
  it('writes what any reader of JSON reads, and loses no digit', async () => {
    const text = await show('json', EVERY_KIND)
    expect(text).toBe(
      '[\n{"yes":true,"big":9007199254740993,"small":0.1,"whole":18.0,"nan":"NaN","inf":"Infinity",' +
        '"less":"-Infinity","tiny":1e-05,"huge":1e+300,"money":1.50,"fraction":-0.05,"nothing":null,"day":"2024-03-01","at":"2024-03-01 01:02:03.000004","text":"a \\"b\\", c"}\n]\n',
    )
    expect(JSON.parse(text)).toMatchObject([{ money: 1.5, fraction: -0.05, tiny: 1e-5, text: 'a "b", c' }])
    expect(await show('ndjson', EVERY_KIND)).toBe(text.slice(2, -2))
  })

  it('keeps the order of columns and gives each a key of its own', async () => {
    expect(await show('ndjson', `SELECT 'b' AS "2", 1.5 AS "1", 3 AS a, 4 AS a, 5 AS "__proto__"`)).toBe(
      '{"2":"b","1":1.5,"a":3,"a_1":4,"__proto__":5}\n',
    )
  })

  it('writes an empty array for no rows, and one array for many batches', async () => {
    expect(await show('json', 'SELECT 1 AS n WHERE FALSE')).toBe('[]\n')
    expect(await show('ndjson', 'SELECT 1 AS n WHERE FALSE')).toBe('')
    const own = new SessionContext()
    const batch = new apache.Table({ n: apache.vectorFromArray([1, 2], new apache.Int32()) }).batches[0]!
    own.registerTable('many', [batch, batch, batch])
    expect(await show('json', 'SELECT n FROM many', { session: own })).toBe(
      '[\n{"n":1},\n{"n":2},\n{"n":1},\n{"n":2},\n{"n":1},\n{"n":2}\n]\n',
    )
  })

  it('writes nested and binary values', async () => {
    const own = new SessionContext()
    const struct = new apache.Struct([
      new apache.Field('a', new apache.Int64(), true),
      new apache.Field('b', new apache.List(new apache.Field('item', new apache.Float64(), true)), true),
    ])
    own.registerTable(
      'nested',
      new apache.Table({
        s: apache.vectorFromArray([{ a: 1n, b: [0.5, null, Number.NaN] }, null], struct),
        bytes: apache.vectorFromArray([new Uint8Array([0, 255]), null], new apache.Binary()),
      }),
    )
    expect(await show('ndjson', 'SELECT s, bytes FROM nested', { session: own })).toBe(
      '{"s":{"a":1,"b":[0.5,null,"NaN"]},"bytes":"AP8="}\n{"s":null,"bytes":null}\n',
    )
  })
})

describe('markdown', () => {
  it('has a rule that aligns numbers, and shows values as they are', async () => {
    expect(await show('markdown', `SELECT 1 AS mission_id, 'a|b' AS "c|d", E'x\\ny' AS l, '<b>&*_z_' AS m, NULL AS n`)).toBe(
      '| mission_id | c\\|d | l | m | n |\n| ---: | --- | --- | --- | --- |\n| 1 | a\\|b | x<br>y | &lt;b>&amp;\\*\\_z\\_ | NULL |\n',
    )
    expect(await show('markdown', 'SELECT 1 AS n WHERE FALSE')).toBe('| n |\n| ---: |\n')
  })
})

describe('arrow', () => {
  it('is a stream that apache-arrow reads', async () => {
    const table = apache.tableFromIPC(await bytesOf('arrow', EVERY_KIND))
    expect(table.numRows).toBe(1)
    expect(table.schema.fields.slice(0, 4).map((field) => `${field.name} ${field.type}`)).toEqual([
      'yes Bool',
      'big Int64',
      'small Float32',
      'whole Float64',
    ])
    expect(table.getChild('big')!.get(0)).toBe(9007199254740993n)
    expect(table.getChild('text')!.get(0)).toBe('a "b", c')
    expect(apache.tableFromIPC(await bytesOf('arrow', 'SELECT 1 AS n WHERE FALSE')).schema.fields.map((field) => field.name)).toEqual(['n'])
  })

  it('is not written to a terminal', async () => {
    const error = 'config error: the arrow format is binary\nhint: Use --output FILE, or pipe it on.'
    expect(await bytesOf('arrow', 'SELECT 1', { terminal: 80, error })).toHaveLength(0)
  })
})

describe('streaming', () => {
  const batch = new apache.Table({ n: apache.vectorFromArray([1, 2], new apache.Int32()) }).batches[0]!

  it.each(['csv', 'tsv', 'ndjson', 'json', 'markdown', 'arrow'] as const)(
    '%s: the first rows are out before the last batch is read',
    async (format) => {
      const stream = new CapturedStream()
      const own = new SessionContext()
      let bytesAtSecondBatch = 0
      async function* batches(): AsyncGenerator<apache.RecordBatch> {
        yield batch
        await new Promise((resolve) => setImmediate(resolve))
        bytesAtSecondBatch = stream.bytes.length
        yield batch
      }
      own.registerTable('s', { schema: batch.schema, batches: batches() })
      await runScript({ name: 'test', isFile: false, text: 'SELECT n FROM s' }, options(stream, format, { session: own }, []))
      expect(bytesAtSecondBatch).toBeGreaterThan(0)
      expect(stream.bytes.length).toBeGreaterThan(bytesAtSecondBatch)
    },
  )

  it('waits for a slow reader instead of gathering rows', async () => {
    let produced = 0
    const own = new SessionContext()
    async function* batches(): AsyncGenerator<apache.RecordBatch> {
      for (; produced < 1000; produced++) yield batch
    }
    own.registerTable('s', { schema: batch.schema, batches: batches() })
    const stream = new CapturedStream()
    stream.cork()
    const run = runScript(
      { name: 'test', isFile: false, text: `SELECT '${'x'.repeat(2000)}' AS wide FROM s` },
      options(stream, 'csv', { session: own }, []),
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(produced).toBeLessThan(50)
    while (stream.writableCorked > 0) stream.uncork()
    expect(await run).toBe('succeeded')
    expect(produced).toBe(1000)
  })

  it('stops the query when the reader has gone', async () => {
    let closed = false
    const own = new SessionContext()
    async function* batches(): AsyncGenerator<apache.RecordBatch> {
      try {
        for (;;) yield batch
      } finally {
        closed = true
      }
    }
    own.registerTable('s', { schema: batch.schema, batches: batches() })
    const stream = new CapturedStream()
    const errors: string[] = []
    const run = runScript(
      { name: 'test', isFile: false, text: 'SELECT n FROM s; SELECT 2' },
      options(stream, 'csv', { session: own }, errors),
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    expect(await run).toBe('closed')
    expect(errors).toEqual([])
    expect(closed).toBe(true)
    const output = new StreamOutput(stream, 'the test')
    stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    await expect(output.close()).rejects.toThrow(OutputClosed)
  })
})
