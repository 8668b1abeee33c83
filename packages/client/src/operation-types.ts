/**
 * What an operation in a `buzzer.config.ts` says about its types, and only to the compiler: the
 * property does not exist when the program runs.
 */
export interface OperationTypes<Input, Output> {
  readonly '~types'?: { readonly input: Input; readonly output: Output }
}

/** The input and output of each operation, by its name. */
export type Operations = Record<string, { readonly input: unknown; readonly output: unknown }>

type TypesOf<Operation> = Operation extends { readonly '~types'?: infer Types }
  ? NonNullable<Types> extends { readonly input: infer Input; readonly output: infer Output }
    ? { readonly input: Input; readonly output: Output }
    : Untyped
  : Untyped

interface Untyped {
  readonly input: unknown
  readonly output: unknown
}

type DeclaredOperations<Config> = Config extends { readonly operations: infer Declared }
  ? { readonly [Name in keyof Declared & string]: TypesOf<Declared[Name]> }
  : unknown

/** An API's operations are named in its document, which the compiler does not read. */
type ServiceOperations<Config> = Config extends { readonly services: infer Services }
  ? { readonly [Name in `${keyof Services & string}.${string}`]: Untyped }
  : unknown

/** The operations of a config: `OperationsOf<typeof config>`. */
export type OperationsOf<Config> = unknown extends Config
  ? Operations
  : DeclaredOperations<Config> & ServiceOperations<Config>

export type OperationName<Ops> = keyof Ops & string

export type InputOf<Ops, Name extends keyof Ops> = Ops[Name] extends { readonly input: infer Input }
  ? Input
  : unknown

export type OutputOf<Ops, Name extends keyof Ops> = Ops[Name] extends {
  readonly output: infer Output
}
  ? Output
  : unknown

/** The input may be left out where the operation takes none, or where its type is not known. */
export type SubmitArguments<Input, Options> = undefined extends Input
  ? [input?: Input, options?: Options]
  : [input: Input, options?: Options]
