/** Keeps one copy of texts that come again and again (images, reasons, times): fifty thousand objects say the same. */

/** Texts that are shorter are shared by the engine already; longer ones are rarely said twice. */
const SHORTEST = 11
const LONGEST = 160
/** Started anew when it is full: what comes again is soon in it again, and what came once is let go. */
const CAPACITY = 8_192

export class SharedTexts {
  readonly #texts = new Map<string, string>()

  /** Texts held to be shared. */
  get size(): number {
    return this.#texts.size
  }

  /** Replaces texts in a value of plain JSON that nobody else holds, and answers it. What is frozen is left as it is. */
  within<T>(value: T): T {
    if (typeof value === 'object' && value !== null) this.#walk(value as Record<string, unknown>)
    return value
  }

  #walk(holder: Record<string, unknown>): void {
    if (Object.isFrozen(holder)) return
    for (const key in holder) {
      const value = holder[key]
      if (typeof value === 'string') {
        if (!UNIQUE.has(key)) holder[key] = this.#share(value)
      } else if (typeof value === 'object' && value !== null) this.#walk(value as Record<string, unknown>)
    }
  }

  #share(text: string): string {
    if (text.length < SHORTEST || text.length > LONGEST) return text
    const shared = this.#texts.get(text)
    if (shared !== undefined) return shared
    if (this.#texts.size >= CAPACITY) this.#texts.clear()
    this.#texts.set(text, text)
    return text
  }
}

/** Fields whose texts no other object has. */
const UNIQUE: ReadonlySet<string> = new Set(['uid', 'resourceVersion'])
