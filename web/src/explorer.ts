import './styles.css'
import icons from '@nuxt/ui/runtime/vue/plugins/icons.js'
import { createApp } from 'vue'
import { createApollo } from './apollo/client.ts'
import { createSocket } from './apollo/socket.ts'
import { createTokens } from './apollo/tokens.ts'
import { provideApollo } from './apollo/useApollo.ts'
import { createMessages, loadOperatorWords } from './i18n.ts'
import { explorerPath, loadExplorer } from './rooms/explorer/room.ts'
import { createSession, provideSession } from './rooms/session/room.ts'

// The explorer's document, composed as main.ts composes the others: it signs in with the same cookie.
const socketUrl = new URL('/graphql', location.href.replace(/^http/, 'ws')).href
const tokens = createTokens(() => session.askForGrant())
const socket = createSocket(socketUrl, tokens)
const client = createApollo('/graphql', tokens, socket, {
  signedOut: () => session.forget(),
  notReady: () => {},
  suspended: () => {},
  secondFactorNeeded: () => location.replace('/console'),
})
const session = createSession(client, socket, tokens)

session.whenLost(askToSignIn)
session.whenReplaced(() => location.reload())

async function start() {
  if (session.expected())
    await session.restore()
  const viewer = session.viewer.value
  if (!viewer)
    return askToSignIn()
  // The console knows where everybody else belongs, and who has to set up a second factor first.
  if (!viewer.superadmin || !viewer.secondFactor)
    return location.replace('/console')
  // Only now: nobody else loads an editor, or asks for the schema.
  const i18n = createMessages()
  const [{ default: Explorer }] = await Promise.all([loadExplorer(), loadOperatorWords(i18n)])
  const app = createApp(Explorer, { tokens, socketUrl }).use(icons).use(i18n)
  provideApollo(app, { client, socket, tokens })
  provideSession(app, session)
  app.mount('#app')
}

function askToSignIn() {
  location.replace(`/sign-in?next=${encodeURIComponent(explorerPath + location.search)}`)
}

void start()
