import { openEdcDouble } from '../../test/support/edc-doubles.ts'
import { edcKeepsItsPromises, issuerClientKeepsItsPromises } from '../../test/support/edc-promises.ts'
/** The client and its profiles against the doubles of every generation. */
import { GENERATIONS } from '../simulator/edc/generation.ts'

for (const name of GENERATIONS) {
  edcKeepsItsPromises(`the double of ${name}`, () => openEdcDouble(name))
  issuerClientKeepsItsPromises(`the double of ${name}`, () => openEdcDouble(name))
}
