import type { Readable as ReadableStream } from 'node:stream'
import type { Entry, ZipFile } from 'yauzl'
import type { StoredArchive } from '../../shared/school-archive.ts'
import { Readable } from 'node:stream'
import yauzl from 'yauzl'
import yazl from 'yazl'

/** A file on its way into an archive; its text is asked for when its turn has come. */
export interface ArchivedFile { readonly name: string, readonly text: () => AsyncIterable<string> | Iterable<string> }

/** One zip of these files, made as it is read: no file is ever whole in memory. */
export async function* zip(files: readonly ArchivedFile[], at: Date): AsyncGenerator<Buffer> {
  const archive = new yazl.ZipFile()
  const output = archive.outputStream as ReadableStream
  archive.on('error', (error: Error) => output.destroy(error))
  for (const { name, text } of files) {
    archive.addReadStreamLazy(name, { mtime: at, mode: 0o100644 }, (hand) => {
      const input = Readable.from(bytes(text()), { objectMode: false })
      input.on('error', error => output.destroy(error))
      hand(null, input)
    })
  }
  archive.end()
  for await (const chunk of output)
    yield chunk as Buffer
}

async function* bytes(texts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Buffer> {
  for await (const text of texts)
    yield Buffer.from(text)
}

/** A zip at rest, read where it lies: entry by entry, in pieces. */
export interface OpenArchive {
  readonly names: readonly string[]
  /** The file's text, piece by piece. */
  readonly text: (name: string) => AsyncGenerator<string>
}

/** More files than a school has tables and OneRoster has files, by far. */
const mostFiles = 1_000

export async function openArchive(stored: StoredArchive): Promise<OpenArchive> {
  const archive: ZipFile = await yauzl.fromRandomAccessReaderPromise(new StoredReader(stored), stored.size, { autoClose: false })
  if (archive.entryCount > mostFiles)
    throw new Error(`The archive has ${archive.entryCount} files.`)
  const entries = new Map<string, Entry>()
  for await (const entry of archive.eachEntry())
    entries.set(entry.fileName, entry)
  return {
    names: [...entries.keys()],
    async* text(name) {
      const entry = entries.get(name)
      if (!entry)
        throw new Error(`The archive lacks ${name}.`)
      const stream = await archive.openReadStreamPromise(entry)
      stream.setEncoding('utf8')
      for await (const piece of stream)
        yield piece as string
    },
  }
}

class StoredReader extends yauzl.RandomAccessReader {
  constructor(private readonly stored: StoredArchive) { super() }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.stored.read(start, end), { objectMode: false })
  }
}
