/* Latencies and medians. */

const STEPS_PER_MS = 10;
const LAST_BIN = 60_000 * STEPS_PER_MS;

export interface Quantiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number;
}

/** Latencies in steps of 0.1 ms up to a minute; adding one costs nothing, however many there are. */
export class Histogram {
  readonly #bins = new Uint32Array(LAST_BIN + 1);
  #count = 0;
  #max = 0;

  add(ms: number): void {
    const bin = Math.min(LAST_BIN, Math.max(0, Math.round(ms * STEPS_PER_MS)));
    this.#bins[bin] = (this.#bins[bin] as number) + 1;
    this.#count++;
    if (ms > this.#max) this.#max = ms;
  }

  /** The smallest latency that a share of at least `p` does not exceed; null when there are none. */
  quantile(p: number): number | null {
    let left = Math.ceil(this.#count * p);
    if (left === 0) return null;
    for (let bin = 0; bin <= LAST_BIN; bin++) {
      left -= this.#bins[bin] as number;
      if (left <= 0) return bin / STEPS_PER_MS;
    }
    return null;
  }

  summary(): Quantiles {
    return {
      p50: this.quantile(0.5),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
      max: round(this.#max),
    };
  }
}

/** The middle of the values that are there; null when none is. */
export function median(values: readonly (number | null | undefined)[]): number | null {
  const sorted = values.filter((value) => value != null).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

export function round(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
