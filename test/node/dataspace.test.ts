/** A dataspace of real EDC in real containers, made by the program: membership, trade, bad weather, deaths and removal. */
import { after, before, describe } from 'node:test'
import { participantsBecomeMembers } from './suites/membership.ts'
import { membersTrade } from './suites/trade.ts'
import { type NodeDataspace, openDataspace } from './support/dataspace.ts'

describe('a dataspace on a real node', () => {
  let opened: NodeDataspace
  before(async () => {
    opened = await openDataspace()
  })
  after(() => opened[Symbol.asyncDispose]())
  const dataspace = (): NodeDataspace => opened

  participantsBecomeMembers(dataspace)
  membersTrade(dataspace)
})
