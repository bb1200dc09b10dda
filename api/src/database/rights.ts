import type pg from 'pg'
import { quoteIdentifier } from './schema-names.ts'

const preparation = ['status', 'cycle', 'attempt', 'step', 'completed_steps', 'error_code', 'started_at', 'completed_at', 'sequence'].map(name => `preparation_${name}`)

/** A superadmin's word must hold at once, whether or not a worker is there to hear it. */
const lifecycle = ['lifecycle', 'lifecycle_reason', 'lifecycle_changed_at', 'delete_after']

/**
 * What serving requests needs, named one by one, by column where a table also holds what no request may change: the
 * tenant's node and version, whether an account is a superadmin's.
 */
const requestGrants: Readonly<Record<string, readonly string[]>> = {
  'platform.tenant': ['select', 'insert', ...columns('update', [...preparation, ...lifecycle])],
  'platform.preparation_attempt': ['select'],
  'platform.preparation_step': ['select'],
  // The trigger on its tenant alone writes it, with its owner's rights.
  'platform.preparation_cycle': ['select'],
  'platform.account': [
    'select',
    ...columns('insert', ['id', 'email', 'name', 'password_hash', 'created_at', 'credentials_changed_at', 'email_verified_at']),
    ...columns('update', ['name', 'password_hash', 'credentials_changed_at', 'email_verified_at', 'totp_secret', 'totp_confirmed_at', 'totp_last_step']),
  ],
  'platform.membership': ['select', 'insert', ...columns('update', ['role']), 'delete'],
  'platform.session': ['select', 'insert', 'update'],
  'platform.account_token': ['select', ...columns('update', ['used_at'])],
  // Not the hash of its link: the worker alone makes that.
  'platform.invitation': ['select', ...columns('insert', ['id', 'tenant_id', 'email', 'role', 'invited_by', 'expires_at']), ...columns('update', ['accepted_at', 'revoked_at'])],
  // What a key may do is said when it is made, and never changed.
  'platform.api_key': [
    'select',
    ...columns('insert', ['id', 'tenant_id', 'prefix', 'last_four', 'token_hash', 'name', 'scopes', 'addresses', 'created_by', 'created_address', 'expires_at']),
    ...columns('update', ['expires_at', 'revoked_at', 'replaced_by', 'last_used_at', 'last_used_address']),
  ],
  'platform.api_points': ['select', 'insert', 'update', 'delete'],
  'platform.api_limit': ['select', 'insert', ...columns('update', ['points', 'reason', 'set_by', 'set_at', 'expires_at']), 'delete'],
  'platform.api_request': ['select', ...columns('insert', ['tenant_id', 'key_id', 'at', 'kind', 'operation', 'operation_name', 'status', 'code', 'cost', 'duration_ms', 'request_id', 'variables', 'address', 'times', 'refusal', 'from_explorer'])],
  'platform.api_deprecated_use': ['select', 'insert', ...columns('update', ['uses', 'last_used_at'])],
  // Append-only: nobody who serves requests changes or removes what was done.
  'platform.audit_event': ['select', 'insert'],
  'platform.deletion_receipt': ['select'],
  // The worker alone writes what an export holds; its parts go with it.
  'platform.school_export': ['select', ...columns('insert', ['id', 'tenant_id', 'tenant_name', 'slug', 'time_zone', 'locale', 'reason', 'requested_by']), 'delete'],
  'platform.school_export_part': ['select'],
  'platform.rollout': ['select', ...columns('insert', ['id', 'target_version', 'canaries', 'parallel', 'failure_budget', 'requested_by']), ...columns('update', ['state'])],
  'platform.rollout_school': ['select'],
  'platform.school_shape': ['select'],
  // Whether and how it answers, the worker alone says; a request only sets that aside.
  'platform.webhook_endpoint': [
    'select',
    ...columns('insert', ['id', 'tenant_id', 'url', 'description', 'event_types', 'created_by']),
    ...columns('update', ['url', 'description', 'event_types', 'enabled', 'disabled_reason', 'disabled_at', 'deleted_at', 'failing_since', 'held_until', 'silences']),
  ],
  // Written and never read: only the worker opens them.
  'platform.webhook_secret': [...columns('select', ['id', 'endpoint_id', 'created_at', 'expires_at']), ...columns('insert', ['id', 'endpoint_id', 'sealed']), ...columns('update', ['expires_at']), 'delete'],
  'platform.webhook_event': ['select', 'insert'],
  'platform.webhook_delivery': [
    'select',
    ...columns('insert', ['id', 'tenant_id', 'endpoint_id', 'event_id', 'type', 'next_attempt_at']),
    ...columns('update', ['state', 'tries', 'next_attempt_at', 'error', 'completed_at']),
  ],
  'platform.webhook_attempt': ['select'],
  // The worker alone writes what was not sent.
  'platform.held_mail': ['select'],
  'platform.alert': ['select'],
  'platform.alert_look': ['select'],
  // Whether what this release needs has run.
  'platform.platform_migration': ['select'],
  'platform.idempotency_key': ['select', 'insert', 'delete'],
  'platform.rate_limit': ['select', 'insert', 'update', 'delete'],
  'pgboss.version': ['select'],
  'pgboss.queue': ['select'],
  'pgboss.job_common': ['select', 'insert'],
}

function columns(right: string, names: readonly string[]): string[] {
  return [`${right} (${names.join(', ')})`]
}

/** Grants the request login its named rights on shared objects. Run with the migrations, never while preparing a tenant. */
export async function grantRequestRights(owner: pg.Client, requestLogin: string): Promise<void> {
  const request = quoteIdentifier(requestLogin)
  await owner.query([
    'begin',
    `grant usage on schema platform, pgboss to ${request}`,
    // What an earlier version granted and this one does not goes.
    ...Object.entries(requestGrants).flatMap(([table, rights]) => [`revoke all on ${table} from ${request}`, `grant ${rights.join(', ')} on ${table} to ${request}`]),
    'commit',
  ].join(';\n'))
}
