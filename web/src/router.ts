import type { RouteLocationNormalized } from 'vue-router'
import type { createMessages } from './i18n.ts'
import type { Session } from './rooms/session/room.ts'
import { nextTick } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { loadDeveloperWords, loadOperatorWords, loadRosterWords } from './i18n.ts'
import { accountRoutes, officeAccountRoutes } from './rooms/account/room.ts'
import { auditRoutes } from './rooms/audit/room.ts'
import { dashboardRoutes } from './rooms/dashboard/room.ts'
import { explorerRoutes } from './rooms/explorer/room.ts'
import { integrationsRoutes } from './rooms/integrations/room.ts'
import { invitationRoutes, membersRoutes } from './rooms/members/room.ts'
import { operationsRoutes } from './rooms/operations/room.ts'
import { registrationRoutes } from './rooms/registration/room.ts'
import { rosterRoutes } from './rooms/roster/room.ts'
import { ownPath, sessionRoutes } from './rooms/session/room.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /**
     * visitor: who is signed in goes on to the school. account: who is not signs in first. member: of a school.
     * admin: of a school, as its ADMIN; the office tells the others so. operator: a superadmin with a second factor.
     * Left out: anyone.
     */
    for?: 'visitor' | 'account' | 'member' | 'admin' | 'operator'
    title?: string
    /** Which of the console's places the page belongs to. */
    place?: string
    /** Words of its own that the page needs, which are loaded with it. */
    words?: 'developer' | 'roster'
  }
}

const ofSchool = (to: RouteLocationNormalized) => to.meta.for === 'member' || to.meta.for === 'admin'
export const needsSession = (to: RouteLocationNormalized) => to.meta.for === 'account' || to.meta.for === 'operator' || ofSchool(to)

export function createAppRouter(session: Session, i18n: ReturnType<typeof createMessages>) {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      ...registrationRoutes,
      ...sessionRoutes,
      ...accountRoutes,
      ...invitationRoutes,
      ...explorerRoutes,
      {
        path: '/',
        component: () => import('./Frame.vue'),
        meta: { for: 'member' },
        children: [...dashboardRoutes, ...rosterRoutes, ...membersRoutes, ...auditRoutes, ...integrationsRoutes, ...officeAccountRoutes, ...operationsRoutes],
      },
      { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./Nowhere.vue'), meta: { title: 'nowhere.title' } },
    ],
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  })

  router.beforeEach(async (to) => {
    if (!session.viewer.value && session.expected())
      await session.restore()
    const viewer = session.viewer.value
    if (viewer?.superadmin)
      await loadOperatorWords(i18n)
    if (to.meta.words === 'developer')
      await loadDeveloperWords(i18n)
    if (to.meta.words === 'roster')
      await loadRosterWords(i18n)
    if (needsSession(to) && !viewer)
      return { name: 'sign-in', query: { next: to.fullPath } }
    // The operator's people belong to no school.
    if (ofSchool(to) && !viewer?.tenant)
      return { name: 'console' }
    if (to.meta.for === 'operator' && !viewer?.superadmin)
      return { name: 'dashboard' }
    if (to.meta.for === 'operator' && !viewer?.secondFactor)
      return { name: 'operator' }
    if (to.name === 'operator' && viewer?.tenant)
      return { name: 'dashboard' }
    if (to.name === 'operator' && viewer?.secondFactor)
      return { name: 'console' }
    if (to.meta.for === 'visitor' && viewer)
      return ownPath(to.query.next) ?? { name: 'dashboard' }
  })

  router.afterEach(async (to, from) => {
    const { t } = i18n.global
    await nextTick()
    // Who listens to the page, or walks it by keyboard, starts at the top of the new one.
    if (from.name && to.name !== from.name)
      document.getElementById('page')?.focus({ preventScroll: true })
    document.title = to.meta.title ? t('app.pageTitle', { page: t(to.meta.title) }) : t('app.name')
  })
  return router
}
