/**
 * Cuts what arrives on a socket into PostgreSQL's messages: a letter, a length, a body. The first that a client sends has no
 * letter; `hear` gets it with the kind `startup`.
 */
export function cutMessages(options: { fromClient: boolean }, hear: (kind: string, message: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let starting = options.fromClient
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const letter = starting ? 0 : 1
      if (rest.length < letter + 4)
        return
      const length = letter + rest.readInt32BE(letter)
      if (rest.length < length)
        return
      const message = rest.subarray(0, length)
      rest = rest.subarray(length)
      const kind = starting ? 'startup' : String.fromCharCode(message[0]!)
      starting = false
      hear(kind, message)
    }
  }
}

/** One message, as a server sends it. */
export function serverMessage(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(kind, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** The parameters of a client's first message. */
export function startupParameters(message: Buffer): Record<string, string> {
  const words = message.subarray(8).toString().split('\0')
  return Object.fromEntries(words.flatMap((word, at) => at % 2 === 0 && word ? [[word, words[at + 1] ?? '']] : []))
}
