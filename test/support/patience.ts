/** For `expect.poll`: what takes a moment may take longer on a machine that has much to do. */
export const patience = { timeout: 30_000, interval: 25 } as const
