import type { ApolloClient } from '@apollo/client'
import type { App, InjectionKey, Ref } from 'vue'
import type { SessionFieldsFragment, ViewerFieldsFragment } from '../../apollo/generated/graphql.ts'
import type { Socket } from '../../apollo/socket.ts'
import type { Grant, Tokens } from '../../apollo/tokens.ts'
import { computed, inject, ref } from 'vue'
import { asVisitor } from '../../apollo/client.ts'
import { RefreshSessionDocument, SignOutDocument, ViewerDocument } from '../../apollo/generated/graphql.ts'
import { readProblem } from '../../apollo/problem.ts'
import { forgetPeople } from '../../shared/personal-storage.ts'

// Says only that a refresh cookie is likely, so that a visitor's first page asks nothing of the server.
const HINT = 'homeroom.session'
const hint = {
  get: () => {
    try {
      return localStorage.getItem(HINT) !== null
    }
    catch {
      return false
    }
  },
  set: (on: boolean) => {
    try {
      if (on)
        localStorage.setItem(HINT, '1')
      else
        localStorage.removeItem(HINT)
    }
    catch {}
  },
}

export interface Session {
  viewer: Readonly<Ref<ViewerFieldsFragment | undefined>>
  /** Whether the operator has closed the school for now, as far as we know. */
  suspended: Readonly<Ref<boolean>>
  /** The server has refused something because the operator has closed the school. */
  closed: (reason?: string) => void
  /** Whether somebody signed in here before and did not sign out. */
  expected: () => boolean
  /** Signs in with the refresh cookie, once; answers whether it worked. */
  restore: () => Promise<boolean>
  /** Takes over a session that a mutation answered with. */
  adopt: (session: SessionFieldsFragment) => void
  /** Asks who is signed in as what, after something about that has changed. */
  lookAgain: () => Promise<void>
  signOut: () => Promise<void>
  /** The server has ended the session, as it was asked to. */
  clear: () => void
  /** The session ended without being asked to. */
  forget: () => void
  askForGrant: () => Promise<Grant | undefined>
  /** Called when the session ended on its own or in another tab. */
  whenLost: (call: () => void) => void
  /** Called when another tab signed in as somebody else: what is in view is not theirs. */
  whenReplaced: (call: () => void) => void
}

/** A person in one role in one school: what may be seen depends on all three. */
const seat = (viewer: ViewerFieldsFragment) => [viewer.id, viewer.tenant?.id, viewer.role].join(' ')

export function createSession(client: ApolloClient, socket: Socket, tokens: Tokens): Session {
  const viewer = ref<ViewerFieldsFragment>()
  const suspended = computed(() => viewer.value?.tenant?.lifecycle === 'SUSPENDED')
  let lost = () => {}
  let replaced = () => {}
  let restoring: Promise<boolean> | undefined

  function adopt(session: SessionFieldsFragment) {
    if (viewer.value && seat(viewer.value) !== seat(session.viewer))
      leaveNothing()
    tokens.hold(session)
    viewer.value = session.viewer
    forgetPeople(session.viewer.id)
    hint.set(true)
  }

  function leaveNothing() {
    // The socket was opened as this member: the next one signs in on a new one.
    socket.client.terminate()
    void client.clearStore()
  }

  function clear() {
    tokens.drop()
    viewer.value = undefined
    forgetPeople()
    hint.set(false)
    leaveNothing()
  }

  function forget() {
    const had = viewer.value !== undefined
    clear()
    if (had)
      lost()
  }

  async function askForGrant(): Promise<Grant | undefined> {
    try {
      const { data } = await client.mutate({ mutation: RefreshSessionDocument, context: asVisitor, fetchPolicy: 'no-cache' })
      if (!data)
        return undefined
      const other = viewer.value && seat(viewer.value) !== seat(data.refreshSession.viewer)
      adopt(data.refreshSession)
      if (other)
        replaced()
      return data.refreshSession
    }
    catch (error) {
      // Only an answer ends a session; a missing network does not.
      if (readProblem(error).code === 'UNAUTHENTICATED')
        return undefined
      throw error
    }
  }

  async function tryRestore() {
    try {
      const token = await tokens.renew()
      if (!token)
        hint.set(false)
      return token !== undefined
    }
    catch {
      return false
    }
  }

  function restore() {
    restoring ??= tryRestore().finally(() => { restoring = undefined })
    return restoring
  }

  async function look() {
    const { data } = await client.query({ query: ViewerDocument, fetchPolicy: 'no-cache' }).catch(() => ({ data: undefined }))
    // Somebody else may have signed in meanwhile: what was asked as the one before is not theirs.
    if (data?.viewer && viewer.value && data.viewer.id === viewer.value.id && data.viewer.tenant?.id === viewer.value.tenant?.id)
      viewer.value = data.viewer
  }

  /** What happens while one is looked for may be seen by the next only. */
  let looking: Promise<void> | undefined
  let next: Promise<void> | undefined
  function lookAgain(): Promise<void> {
    if (!looking)
      return looking = look().finally(() => { looking = undefined })
    return next ??= looking.then(() => {
      next = undefined
      return lookAgain()
    })
  }

  function closed(reason?: string) {
    const { value: known } = viewer
    if (!known?.tenant || suspended.value)
      return
    viewer.value = { ...known, tenant: { ...known.tenant, lifecycle: 'SUSPENDED', lifecycleReason: reason ?? null, lifecycleChangedAt: new Date().toISOString() } }
    // It knows since when.
    void lookAgain()
  }

  async function signOut() {
    await client.mutate({ mutation: SignOutDocument, fetchPolicy: 'no-cache' }).catch(() => {})
    clear()
  }

  addEventListener('storage', (event) => {
    if (event.key === HINT && event.newValue === null && viewer.value)
      forget()
  })

  return {
    viewer,
    suspended,
    closed,
    expected: hint.get,
    restore,
    adopt,
    lookAgain,
    signOut,
    clear,
    forget,
    askForGrant,
    whenLost: (call) => { lost = call },
    whenReplaced: (call) => { replaced = call },
  }
}

const key: InjectionKey<Session> = Symbol('session')

export function provideSession(app: App, session: Session) {
  app.provide(key, session)
}

export function useSession(): Session {
  const session = inject(key)
  if (!session)
    throw new Error('useSession: the app was started without provideSession')
  return session
}
