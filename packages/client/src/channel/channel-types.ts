/**
 * What a channel in a `buzzer.config.ts` says about its data, and only to the compiler: the property
 * does not exist when the program runs.
 */
export interface ChannelTypes<Data> {
  readonly '~types'?: { readonly data: Data }
}

/** The data of each channel, by its name. */
export type Channels = Record<string, unknown>

type DataOf<Channel> = Channel extends { readonly '~types'?: infer Types }
  ? NonNullable<Types> extends { readonly data: infer Data }
    ? Data
    : unknown
  : unknown

/** `quotes.{symbol}` stands for `quotes.` and any one word. */
type NameOf<Declared extends string> = Declared extends `${infer Before}{${string}}${infer After}`
  ? `${Before}${string}${NameOf<After>}`
  : Declared

/** Channels that Buzzer has of itself. */
interface OwnChannels {
  readonly [name: `operations/${string}` | `operations.${string}`]: unknown
  readonly [name: `presence/${string}` | `presence.${string}`]: unknown
}

type Named<Declared> = [keyof Declared & string] extends [never]
  ? Channels
  : {
      readonly [Name in keyof Declared & string as NameOf<Name>]: DataOf<Declared[Name]>
    } & OwnChannels

/**
 * The channels of a config: `ChannelsOf<typeof config>`. One that declares none allows every name,
 * because channels are also declared while the server runs.
 */
export type ChannelsOf<Config> = Config extends { readonly channels: infer Declared }
  ? Named<Declared>
  : Channels

export type ChannelName<Chs> = keyof Chs & string

/** The data of the channel of that name: of its own declaration, else of the pattern that fits. */
export type ChannelData<Chs, Name extends keyof Chs> = Chs[Name]
