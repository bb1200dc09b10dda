import pg from 'pg'

/**
 * A client that speaks the extended protocol only: one statement a message, whatever its text holds. `pg` sends what has
 * no parameters by the simple one, and there a value that got into the text could bring a second statement with it.
 * Every connection of the request login is one: pools take it as `Client`.
 */
export class ExtendedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    const { connection } = this
    // Below everything that could forget it: no library's query gets past this to a simple one.
    connection.query = (text) => {
      connection.stream.cork()
      connection.parse({ text, name: '', types: [] }, true)
      connection.bind({}, true)
      connection.describe({ type: 'P', name: '' }, true)
      connection.execute({}, true)
      connection.sync()
      connection.stream.uncork()
    }
  }
}
