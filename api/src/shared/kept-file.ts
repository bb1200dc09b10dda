import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'

/**
 * The text of a private file (mode 0600), made by `make` at the first start.
 * Of several processes that start at once one makes it, and all read the same.
 */
export function keptFile(path: string, make: () => string): string {
  mkdirSync(dirname(path), { recursive: true })
  const kept = read(path)
  if (kept !== undefined)
    return kept
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, make(), { mode: 0o600 })
  try {
    linkSync(draft, path) // fails where another process was first: then its file holds
  }
  catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw error
  }
  finally {
    rmSync(draft)
  }
  return readFileSync(path, 'utf8')
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  }
  catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw error
    return undefined
  }
}
