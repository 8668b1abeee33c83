/** The beginning of the paths whose receiver takes what is sent and never says so. */
export const hangingPath = '/hanging'
