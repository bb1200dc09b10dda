import type { RouteRecordRaw } from 'vue-router'

/** The operator's pages; each says which of the console's places it belongs to. */
export const operationsRoutes: RouteRecordRaw[] = [
  { path: 'console', name: 'console', component: () => import('./Schools.vue'), meta: { for: 'operator', place: 'schools', title: 'console.schools' } },
  { path: 'console/figures', name: 'console-figures', component: () => import('./figures/Figures.vue'), meta: { for: 'operator', place: 'schools', title: 'console.figures.title' } },
  { path: 'console/schools/:tenantId', name: 'console-school', component: () => import('./school/School.vue'), props: true, meta: { for: 'operator', place: 'schools', title: 'console.school' } },
]
