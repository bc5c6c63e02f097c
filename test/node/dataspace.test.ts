/** A dataspace of real EDC in real containers, made by the program: membership, trade, bad weather, deaths and removal. */
import { after, before, describe } from 'node:test'
import { deathsAreHarmlessToMembers } from './suites/deaths.ts'
import { membersLeaveNothing } from './suites/departure.ts'
import { issuersMisbehave } from './suites/issuers.ts'
import { participantsBecomeMembers } from './suites/membership.ts'
import { membersTrade } from './suites/trade.ts'
import { membersWeatherStorms } from './suites/weather.ts'
import { type NodeDataspace, openDataspace } from './support/dataspace.ts'

describe('a dataspace on a real node', () => {
  const stack = new AsyncDisposableStack()
  let opened: NodeDataspace
  before(async () => {
    opened = stack.use(await openDataspace())
  })
  after(() => stack.disposeAsync())
  const dataspace = (): NodeDataspace => opened

  // In this order: each relies on the members that are there, and the last takes them all away.
  participantsBecomeMembers(dataspace)
  membersTrade(dataspace)
  membersWeatherStorms(dataspace)
  issuersMisbehave(dataspace)
  deathsAreHarmlessToMembers(dataspace)
  membersLeaveNothing(dataspace)
})
