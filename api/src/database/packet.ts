import type { FieldDef } from 'pg'
import pg from 'pg'

/** A statement that the server reads and plans once a connection. */
export interface Planned {
  readonly name: string
  /** How to read its rows, once that is known. */
  columns?: Columns
}

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
  readonly planned?: Planned | undefined
}

export interface Answer {
  readonly rows: readonly Record<string, unknown>[]
  /** What was done, in the server's word: `SELECT`, `COMMIT`, … */
  readonly command: string
  readonly rowCount: number | null
}

/** How to read the rows of one statement. */
export class Columns {
  readonly #readers: readonly ((text: string) => unknown)[]
  // Copied for each row, which is faster than to add one name after the other.
  readonly #empty: Readonly<Record<string, unknown>>

  constructor(private readonly names: readonly string[], readers: readonly ((text: string) => unknown)[]) {
    this.#readers = readers
    this.#empty = Object.fromEntries(names.map(name => [name, null]))
  }

  read(values: readonly (string | null)[]): Record<string, unknown> {
    const row = { ...this.#empty }
    for (let place = 0; place < this.names.length; place += 1) {
      const value = values[place]!
      row[this.names[place]!] = value === null ? null : this.#readers[place]!(value)
    }
    return row
  }
}

/** Of a statement whose rows nobody reads. */
export const noColumns = new Columns([], [])

interface Part extends Statement { readonly answer: PromiseWithResolvers<Answer> | undefined }

/** What `pg` gives whose turn it is; its types do not tell. */
export interface ServerConnection extends pg.Connection {
  readonly parsedStatements: Record<string, string>
  readonly submittedNamedStatements: Record<string, string>
}

/** How `pg` writes parameters; missing in its types as well. */
const { prepareValue } = (pg as unknown as { utils: { prepareValue: (value: unknown) => string | Buffer | null } }).utils

/**
 * Statements that travel together, by the extended protocol, with one Sync behind the last of them: the server answers in
 * one piece, and after one that fails it passes over the rest. `pg` puts a Sync behind each statement, which is then
 * answered by itself; for a small transaction that is a third of our work, and a quarter of the server's. It is a `pg.Query`, since no
 * other class is let into a pipeline.
 */
export class Packet extends pg.Query {
  /** In their order. */
  readonly parts: Part[] = []
  readonly #answered = Promise.withResolvers<boolean>()
  #place = 0
  #rows: Record<string, unknown>[] = []
  #columns = noColumns
  #unreadable: unknown
  // By these two `pg` keeps in mind which names the server knows: they are those of the statement whose turn it is.
  declare name: string | undefined
  declare text: string | undefined

  constructor(private readonly client: pg.PoolClient) {
    super('')
  }

  /** Resolves when all of it is over: true where nothing failed. */
  get answered(): Promise<boolean> { return this.#answered.promise }

  add({ text, values, planned }: Statement): Promise<Answer> {
    const answer = Promise.withResolvers<Answer>()
    this.parts.push({ text, values: values.map(value => prepareValue(value)), planned, answer })
    return answer.promise
  }

  /** As `add`, of something whose answer nobody waits for. */
  addSilent({ text, values, planned }: Statement): void {
    this.parts.push({ text, values, planned, answer: undefined })
  }

  override submit = (given: pg.Connection): void => {
    const connection = given as ServerConnection
    connection.stream.cork()
    for (const { text, values, planned } of this.parts) {
      const name = planned?.name ?? ''
      if (!name || (connection.parsedStatements[name] ?? connection.submittedNamedStatements[name]) === undefined) {
        connection.parse({ name, text, types: [] }, true)
        if (name)
          connection.submittedNamedStatements[name] = text
      }
      connection.bind({ statement: name, values: values as string[] }, true)
      // The columns of what this connection has planned stay as they are, or the server refuses it.
      if (!planned?.columns)
        connection.describe({ type: 'P', name: '' }, true)
      connection.execute({}, true)
    }
    connection.sync()
    connection.stream.uncork()
    this.#turnTo(0)
  }

  handleRowDescription({ fields }: { fields: readonly FieldDef[] }): void {
    this.#columns = new Columns(fields.map(({ name }) => name), fields.map(({ dataTypeID }) => this.client.getTypeParser(dataTypeID, 'text')))
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    try {
      this.#rows.push(this.#columns.read(fields))
    }
    catch (error) {
      this.#unreadable = error
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const { planned, answer } = this.parts[this.#place]!
    if (planned)
      planned.columns = this.#columns
    const [command, ...counts] = text.split(' ')
    const count = counts.at(-1)
    if (this.#unreadable === undefined)
      answer?.resolve({ rows: this.#rows, command: command!, rowCount: count === undefined ? null : Number(count) })
    else
      answer?.reject(this.#unreadable)
    this.#turnTo(this.#place + 1)
  }

  handleReadyForQuery(): void {
    this.#answered.resolve(true)
  }

  handleError(error: Error, connection?: ServerConnection): void {
    for (const { planned, answer } of this.parts.slice(this.#place)) {
      // What was passed over has not been read.
      if (planned)
        delete connection?.submittedNamedStatements[planned.name]
      answer?.reject(error)
    }
    this.#answered.resolve(false)
  }

  #turnTo(place: number): void {
    this.#place = place
    const part = this.parts[place]
    this.name = part?.planned?.name
    this.text = part?.text
    this.#rows = []
    this.#columns = part?.planned?.columns ?? noColumns
    this.#unreadable = undefined
  }
}
