/**
 * Simulated time: it runs `speed` times as fast as the machine's monotonic clock and can be moved forward.
 * It never runs backwards, and stands still while no process runs.
 */
export class Clock {
  private base: number;
  private readonly real: () => number;
  private realBase: number;
  private factor: number;

  /**
   * @param start where simulated time begins
   * @param speed simulated seconds a real second
   * @param real milliseconds of the machine's monotonic clock
   */
  constructor(start: Date, speed: number, real: () => number = () => performance.now()) {
    this.base = start.getTime();
    this.real = real;
    this.realBase = real();
    this.factor = speed;
  }

  /** Simulated milliseconds since 1970. */
  time(): number {
    return Math.floor(this.base + (this.real() - this.realBase) * this.factor);
  }

  now(): Date {
    return new Date(this.time());
  }

  get speed(): number {
    return this.factor;
  }

  set speed(speed: number) {
    this.rebase(this.time());
    this.factor = speed;
  }

  /** Moves simulated time forward by so many milliseconds. */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) throw new RangeError(`The clock moves forward only, not by ${milliseconds} ms.`);
    this.rebase(this.time() + milliseconds);
  }

  /** How many real milliseconds so many simulated seconds last; never 0, so that a poller does not spin. */
  realMilliseconds(simulatedSeconds: number): number {
    return Math.max(1, Math.ceil((simulatedSeconds * 1000) / this.factor));
  }

  private rebase(time: number): void {
    this.base = time;
    this.realBase = this.real();
  }
}
