import type { RouteRecordRaw } from 'vue-router'

/** What leads back into one's own account, from a mail mostly. */
export const accountRoutes: RouteRecordRaw[] = [
  { path: '/forgot-password', name: 'forgot-password', component: () => import('./ForgotPassword.vue'), meta: { title: 'forgot.title' } },
  { path: '/reset-password', name: 'reset-password', component: () => import('./ResetPassword.vue'), meta: { title: 'reset.title' } },
  { path: '/verify-email', name: 'verify-email', component: () => import('./VerifyEmail.vue'), meta: { title: 'verify.title' } },
]

/** Within the office: one's account, and where the operator's people arrive. */
export const officeAccountRoutes: RouteRecordRaw[] = [
  { path: 'account', name: 'account', component: () => import('./Account.vue'), meta: { for: 'account', title: 'account.title' } },
  { path: 'operator', name: 'operator', component: () => import('./Operator.vue'), meta: { for: 'account', title: 'operator.title' } },
]
