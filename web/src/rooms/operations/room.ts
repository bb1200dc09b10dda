import type { RouteRecordRaw } from 'vue-router'

/** The operator's pages; each says which of the console's places it belongs to. */
export const operationsRoutes: RouteRecordRaw[] = [
  { path: 'console', name: 'console', component: () => import('./Schools.vue'), meta: { for: 'operator', place: 'schools', title: 'console.schools' } },
  { path: 'console/figures', name: 'console-figures', component: () => import('./figures/Figures.vue'), meta: { for: 'operator', place: 'schools', title: 'console.figures.title' } },
  { path: 'console/schools/:tenantId', name: 'console-school', component: () => import('./school/School.vue'), props: true, meta: { for: 'operator', place: 'schools', title: 'console.school' } },
  { path: 'console/schools/:tenantId/keys', name: 'console-programs', component: () => import('./programs/SchoolPrograms.vue'), props: true, meta: { for: 'operator', place: 'schools', title: 'programs.keys' } },
  { path: 'console/keys', name: 'find-key', component: () => import('./programs/FindKey.vue'), meta: { for: 'operator', place: 'programs', title: 'programs.title' } },
  { path: 'console/migrations', name: 'migrations', component: () => import('./migrations/Migrations.vue'), meta: { for: 'operator', place: 'migrations', title: 'migrations.title' } },
  { path: 'console/jobs', name: 'jobs', component: () => import('./jobs/Jobs.vue'), meta: { for: 'operator', place: 'jobs', title: 'jobs.title' } },
  { path: 'console/alerts', name: 'alerts', component: () => import('./alerts/Alerts.vue'), meta: { for: 'operator', place: 'alerts', title: 'alerts.title' } },
  { path: 'console/receipts', name: 'receipts', component: () => import('./receipts/Receipts.vue'), meta: { for: 'operator', place: 'receipts', title: 'receipts.title' } },
  { path: 'console/exports/:tenantId?', name: 'exports', component: () => import('./exports/Exports.vue'), meta: { for: 'operator', place: 'exports', title: 'exports.page' } },
]
