import { storeKeepsItsPromises } from '../../test/support/store-promises.ts'
import { MemoryStore } from './memory.ts'

storeKeepsItsPromises('memory', async () => new MemoryStore())
