export type { ChannelView } from './react/channel-view.ts'
export type { JobView } from './react/job-view.ts'
export { useChannel, type UseChannelOptions } from './react/use-channel.ts'
export { useJob } from './react/use-job.ts'
