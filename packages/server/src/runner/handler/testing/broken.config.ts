export default {
  get operations(): never {
    throw new Error('DATABASE_URL is not set')
  },
}
