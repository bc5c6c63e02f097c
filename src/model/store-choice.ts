/** Where answers may live: what a setting says, and what the store is opened with. */

export type StoreChoice =
  | { readonly kind: 'memory' }
  | { readonly kind: 'redis'; readonly address: RedisAddress }

export interface RedisAddress {
  readonly host: string
  readonly port: number
  readonly database: number
  readonly tls: boolean
  readonly username?: string
  readonly password?: string
  /** In front of every key: one for each cluster that this Redis is used for. */
  readonly prefix: string
}
