/** A number that the browser keeps, such as the size of the cards; null while nobody has chosen. */
export class KeptNumber {
  #key: string;
  value = $state<number | null>(null);

  constructor(key: string) {
    this.#key = key;
    const kept = Number(localStorage.getItem(key));
    if (kept > 0) this.value = kept;
  }

  set(value: number): void {
    this.value = value;
    localStorage.setItem(this.#key, String(value));
  }
}
