import type { StoredArchive } from '../../shared/school-archive.ts'
import type { SeedSql } from '../../shared/seed.ts'
import { createHash } from 'node:crypto'
import { SeedRefused } from '../../shared/seed.ts'

/** Bytes in one row of an export's parts; the last has what is left. */
export const partSize = 1024 * 1024

interface Kept { readonly version: number, readonly size: string, readonly sha256: Buffer }

async function find(sql: SeedSql, exportId: string): Promise<Kept> {
  const { rows: [kept] } = await sql.query('select schema_version as version, size_bytes::text as size, sha256 from platform.school_export where id = $1 and state = \'READY\'', [exportId])
  if (!kept)
    throw new SeedRefused('EXPORT_GONE', `There is no export ${exportId} any more.`)
  return kept as unknown as Kept
}

/** The version of the tables that an export is of. */
export async function versionOf(sql: SeedSql, exportId: string): Promise<number> {
  return (await find(sql, exportId)).version
}

/** An export where it lies. Refused unless it is, byte for byte, what was once written. */
export async function openStored(sql: SeedSql, exportId: string): Promise<StoredArchive> {
  const { size, sha256 } = await find(sql, exportId)
  const stored = { size: Number(size), read: (start: number, end: number) => readParts(sql, exportId, start, end) }
  const hash = createHash('sha256')
  for await (const part of stored.read(0, stored.size))
    hash.update(part)
  if (!hash.digest().equals(sha256))
    throw new SeedRefused('EXPORT_DAMAGED', `The bytes of export ${exportId} are not those that were written.`)
  return stored
}

async function* readParts(sql: SeedSql, exportId: string, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end;) {
    const within = at % partSize
    const length = Math.min(partSize - within, end - at)
    const { rows: [part] } = await sql.query('select substring(bytes from $3 for $4) as bytes from platform.school_export_part where export_id = $1 and position = $2', [exportId, Math.floor(at / partSize), within + 1, length])
    const bytes = part?.bytes as Buffer | undefined
    if (bytes?.length !== length)
      throw new SeedRefused('EXPORT_DAMAGED', `Export ${exportId} lacks bytes ${at} to ${at + length}.`)
    yield bytes
    at += length
  }
}
