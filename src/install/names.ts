/** What an installation by `deploy/` is called. An overlay that renames any of it has to rename the fence's subject as well. */

export const INSTALLED = {
  /** The namespace that the program runs in. */
  namespace: 'dataspace-provisioner',
  /** Of the account, the roles and their bindings. */
  account: 'dataspace-provisioner',
} as const

/** As whom the API server sees the program. */
export const INSTALLED_USER = `system:serviceaccount:${INSTALLED.namespace}:${INSTALLED.account}`
