import './styles.css'
import icons from '@nuxt/ui/runtime/vue/plugins/icons.js'
import { createApp } from 'vue'
import { createApollo } from './apollo/client.ts'
import { createSocket } from './apollo/socket.ts'
import { createTokens } from './apollo/tokens.ts'
import { provideApollo } from './apollo/useApollo.ts'
import { createMessages, loadDeveloperWords, loadOperatorWords } from './i18n.ts'
import { loadExplorer, loadKeyExplorer } from './rooms/explorer/room.ts'
import { createSession, provideSession } from './rooms/session/room.ts'

// The documents of the explorer, composed as main.ts composes the others: they sign in with the same cookie. Whether it is
// the operator's or a school's says the document itself.
const ofOperator = document.documentElement.dataset.side === 'console'
const elsewhere = ofOperator ? '/console' : '/settings/developer'
const socketUrl = new URL('/graphql', location.href.replace(/^http/, 'ws')).href
const tokens = createTokens(() => session.askForGrant())
const socket = createSocket(socketUrl, tokens)
const client = createApollo('/graphql', tokens, socket, {
  signedOut: () => session.forget(),
  notReady: () => {},
  suspended: () => location.replace(elsewhere),
  secondFactorNeeded: () => location.replace(elsewhere),
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
  // The other pages know where everybody else belongs, and who has to set up a second factor first.
  if (ofOperator ? !viewer.superadmin || !viewer.secondFactor : viewer.role !== 'ADMIN' || session.suspended.value)
    return location.replace(elsewhere)
  // Only now: nobody else loads an editor, or asks for the schema.
  const i18n = createMessages()
  const [{ default: Explorer }] = await (ofOperator ? Promise.all([loadExplorer(), loadOperatorWords(i18n)]) : Promise.all([loadKeyExplorer(), loadDeveloperWords(i18n)]))
  const app = createApp(Explorer, { tokens, socketUrl }).use(icons).use(i18n)
  provideApollo(app, { client, socket, tokens })
  provideSession(app, session)
  app.mount('#app')
}

function askToSignIn() {
  location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`)
}

void start()
