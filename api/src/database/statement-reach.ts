import { loadModule, parseSync } from 'libpg-query'

/** What a statement reaches for, as PostgreSQL's own parser reads it. */
export interface Reach {
  /** Every schema it names, but for pg_catalog. */
  readonly schemas: readonly string[]
  /** Why no school may send it, whatever schemas it names. */
  readonly refusal?: string
}

const sendable = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

// Functions that run SQL from a text, reach files, the server or other sessions, or outlive the transaction.
// PostgreSQL's grants are the wall that keeps a school's role from them; this list is the tripwire before it.
const beyondTheSchool = /^(?:set_config|dblink\w*|lo_\w+|loread|lowrite|ts_stat|ts_rewrite|(?:query|cursor|table|schema|database)_to_xml\w*|pg_(?:terminate_backend|cancel_backend|reload_conf|rotate_logfile|stat_file|(?:read|ls|file)_\w+|(?:try_)?advisory_(?:lock|unlock)\w*))$/

// Lists of names that are columns; every other list of two names or more is taken for a schema and what is in it.
const columnLists = new Set(['colnames', 'aliascolnames', 'ctecolnames', 'usingClause', 'indirection'])

const longestKept = 10_000

/**
 * Reads statements. Most texts come again, so what was found is kept for `keep` of them. Texts without parameters that
 * hold values are not: MikroORM writes values into the text, and each would push out one that comes again.
 */
export async function openStatementReader(keep = 1_000): Promise<(text: string, hasParameters: boolean) => Reach> {
  await loadModule()
  const kept = new Map<string, Reach>()
  return (text, hasParameters) => {
    const known = kept.get(text)
    if (known) {
      // What was used last goes last.
      kept.delete(text)
      kept.set(text, known)
      return known
    }
    const { hasValues, ...reach } = read(text)
    if ((hasParameters || !hasValues) && text.length <= longestKept) {
      kept.set(text, reach)
      if (kept.size > keep)
        kept.delete(kept.keys().next().value!)
    }
    return reach
  }
}

function read(text: string): Reach & { hasValues: boolean } {
  const refuse = (refusal: string) => ({ schemas: [], refusal, hasValues: true })
  // The parser would stop reading there.
  if (text.includes('\0'))
    return refuse('it holds U+0000')
  const statements = parse(text)
  if (!statements)
    return refuse('PostgreSQL\'s parser cannot read it')
  if (statements.length !== 1)
    return refuse(`it is ${statements.length} statements, not one`)
  const tree = statements[0]!.stmt ?? {}
  const kind = Object.keys(tree).join()
  return sendable.has(kind) ? readTree(tree) : refuse(`it is a ${kind}`)
}

function parse(text: string): readonly { stmt?: object }[] | undefined {
  try {
    return parseSync(text).stmts ?? []
  }
  catch {
    // Its words would quote values of the statement.
    return undefined
  }
}

function readTree(tree: object): Reach & { hasValues: boolean } {
  const schemas = new Set<string>()
  let refusal: string | undefined
  let hasValues = false
  // A list of our own, since an expression may be nested deeper than calls can be.
  const open: object[] = [tree]
  for (let node = open.pop(); node; node = open.pop()) {
    for (const [key, value] of Object.entries(node) as [string, unknown][]) {
      if (key === 'schemaname')
        schemas.add(String(value))
      if (key === 'catalogname')
        refusal ??= 'it names a database'
      if (key === 'intoClause')
        refusal ??= 'it makes a table'
      if (key === 'A_Const')
        hasValues = true
      const name = columnLists.has(key) ? undefined : dottedName(value)
      if (name) {
        // A column is table.column, so there a schema comes third from the end.
        const schema = name.at(key === 'fields' ? -3 : -2)
        if (schema !== undefined)
          schemas.add(schema)
        if (key === 'funcname' && beyondTheSchool.test(name.at(-1)!))
          refusal ??= `it calls ${name.at(-1)}`
      }
      else if (value !== null && typeof value === 'object') {
        open.push(value)
      }
    }
  }
  schemas.delete('pg_catalog')
  return { schemas: [...schemas], hasValues, ...(refusal && { refusal }) }
}

/** The parts of a name, where a list is nothing but that. */
function dottedName(list: unknown): string[] | undefined {
  if (!Array.isArray(list) || list.length === 0)
    return undefined
  const parts = (list as { String?: { sval?: string }, A_Star?: object }[]).map(part => part?.A_Star ? '*' : part?.String && (part.String.sval ?? ''))
  return parts.every(part => part !== undefined) ? parts : undefined
}
