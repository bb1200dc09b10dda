import './styles.css'
import type { RouteLocationRaw } from 'vue-router'
import icons from '@nuxt/ui/runtime/vue/plugins/icons.js'
import { createApp } from 'vue'
import { createApollo } from './apollo/client.ts'
import { createPresence, providePresence } from './apollo/presence.ts'
import { createSocket } from './apollo/socket.ts'
import { createTokens } from './apollo/tokens.ts'
import { provideApollo } from './apollo/useApollo.ts'
import App from './App.vue'
import { createMessages } from './i18n.ts'
import { createSession, provideSession } from './rooms/session/room.ts'
import { createAppRouter, needsSession } from './router.ts'

// The only file that knows everybody. Arrow functions close over what is made a few lines later.
const socketUrl = new URL('/graphql', location.href.replace(/^http/, 'ws')).href
const tokens = createTokens(() => session.askForGrant())
const socket = createSocket(socketUrl, tokens)
const presence = createPresence(socketUrl, tokens, () => void session.lookAgain())
const client = createApollo('/graphql', tokens, socket, {
  signedOut: () => session.forget(),
  notReady: () => {
    const tenantId = session.viewer.value?.tenant?.id
    if (tenantId)
      go({ name: 'preparing', params: { tenantId } })
  },
  suspended: problem => session.closed(problem.reason),
  secondFactorNeeded: () => go({ name: 'account', query: { set: 'second-factor' } }),
})
const session = createSession(client, socket, tokens)
const i18n = createMessages()
const router = createAppRouter(session, i18n)

function go(to: RouteLocationRaw) {
  void router.replace(to)
}

session.whenLost(() => {
  if (needsSession(router.currentRoute.value))
    go({ name: 'sign-in', query: { next: router.currentRoute.value.fullPath } })
})
// Begun again from nothing, as whoever is signed in now.
session.whenReplaced(() => location.reload())

const app = createApp(App).use(icons).use(i18n).use(router)
provideApollo(app, { client, socket, tokens })
providePresence(app, presence)
provideSession(app, session)
app.mount('#app')
