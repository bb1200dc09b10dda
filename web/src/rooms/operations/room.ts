import type { RouteRecordRaw } from 'vue-router'

/** The operator's pages; each says which of the console's places it belongs to. */
export const operationsRoutes: RouteRecordRaw[] = [
  { path: 'console', name: 'console', component: () => import('./Schools.vue'), meta: { for: 'operator', place: 'schools', title: 'console.schools' } },
]
