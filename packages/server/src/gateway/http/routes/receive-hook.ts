import type { Problem } from '@buzzer/contract'
import { readDelivery } from '../hook/delivery.ts'
import { publishDelivery } from '../hook/publish-delivery.ts'
import { submitDelivery } from '../hook/submit-delivery.ts'
import { signatureInvalid, verifyCall } from '../hook/verify.ts'
import type { Called, Route } from '../route.ts'
import { refuse } from '../submit.ts'
import { shuttingDown } from './health.ts'

/** The operation that a call becomes a job of, if it does. */
const called: Called = ({ hooks }, { params }) => {
  const action = hooks.find(params['hook'] ?? '')?.action
  return action?.kind === 'submit' ? action.operation : null
}

/**
 * Takes a webhook of somebody else's system. It needs no scope, because who calls it has no
 * credential of ours: the signature is what lets it in, and it is looked at before anything else.
 */
export const receiveHook: Route = {
  method: 'POST',
  path: '/v1/hooks/:hook',
  scope: 'public',
  called,
  async handle(ctx, request) {
    const name = request.params['hook'] ?? ''
    const hook = ctx.hooks.find(name)
    if (hook === null) return refuse(ctx, request, hookNotFound(name))
    // Senders send again what was not taken; what was taken halfway would be lost.
    if (ctx.stopping.aborted) return refuse(ctx, request, shuttingDown)
    const verified = await verifyCall(ctx, hook, request)
    if (verified.kind === 'problem') return refuse(ctx, request, verified.problem)
    const delivery = readDelivery(hook, request, verified)
    switch (hook.action.kind) {
      case 'publish':
        return publishDelivery(ctx, delivery, hook.action)
      case 'submit':
        return submitDelivery(ctx, delivery, hook.action.operation)
      case 'finish':
        return refuse(ctx, request, noToken)
    }
  },
}

export const hookNotFound = (name: string): Problem => ({
  code: 'hook-not-found',
  detail: `There is no hook '${name}'. Declare it below \`hooks\` in the configuration.`,
})

const noToken = signatureInvalid(
  'This hook ends jobs: call it at the address that the upstream was given with its call.',
)
