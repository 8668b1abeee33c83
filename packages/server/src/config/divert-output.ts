/**
 * Has standard error get what is written to standard output, which belongs to the commands: the
 * configuration is run within them, and may print whatever it likes.
 */
export function divertOutput(): Disposable {
  const { stdout, stderr } = process
  const { write } = stdout
  stdout.write = stderr.write.bind(stderr)
  return {
    [Symbol.dispose]() {
      stdout.write = write
    },
  }
}
