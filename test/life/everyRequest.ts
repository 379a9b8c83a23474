import { expect } from "vitest";

import type { FaultKind } from "../../local/azure";
import { Estate, expectSuccess, settingsOf, type Moment } from "./estate";
import { WarmProgram } from "./warmProgram";

/** Real time that a test over every request may take, in milliseconds. */
export const patience = 30 * 60_000;

export type Which = "up" | "destroy";

/**
 * Goes through the life of an estate once for each management request that it sends: something happens at that request,
 * and what comes next makes it good. Every time begins with the same prepared estate.
 */
export class EveryRequest {
  private constructor(
    private readonly program: WarmProgram,
    /** Stopped estates to go on from: one before its first `up`, one after it. */
    private readonly before: Record<Which, Estate>,
    /** How many resources the estate has in Azure: the least number of requests that make or delete them. */
    readonly resources: number,
    private readonly speed?: number,
  ) {}

  /** @param speed simulated seconds a real second, at which Azure's operations take their time. @default none to speak of */
  static async prepare(settings: keyof typeof settingsOf, speed?: number): Promise<EveryRequest> {
    const program = await WarmProgram.start({ stackTraces: false });
    const fresh = await Estate.start(program, { settings: settingsOf[settings] });
    await fresh.pause();
    const deployed = await Estate.start(program, fresh);
    expectSuccess(await deployed.up());
    deployed.expectAgreement();
    const resources = (deployed.state.resources ?? []).filter(({ type }) => type.startsWith("azure-native:"));
    await deployed.pause();
    return new EveryRequest(program, { up: fresh, destroy: deployed }, resources.length, speed);
  }

  async stop(): Promise<void> {
    await this.before.up.stop();
    await this.before.destroy.stop();
    this.program.stop();
  }

  /** Kills the run of `which` at each request in turn, then runs `next`. @returns how many requests there were */
  killed(which: Which, moment: Moment, next: Which): Promise<number> {
    return this.each(which, async (estate, k) => {
      const killed = await estate.killedAt(k, moment, estate[which]);
      expectSuccess(await estate[next]());
      if (next === "up") estate.expectAgreement();
      else estate.expectNothingLeft();
      // Nothing is deleted on the way up.
      if (which === next && next === "up") expect(estate.azure.softDeleted()).toEqual([]);
      return killed;
    });
  }

  /**
   * Lets one fault of each kind strike, the first at each request in turn, the others at those right after it.
   * @param stride a run meets them again after so many requests, so that so many runs are enough. @default never again
   * @returns at how many requests the first of them struck
   */
  async faulty(which: Which, kinds: FaultKind[], stride = Infinity): Promise<number> {
    let strikes = 0;
    await this.each(which, async (estate, k) => {
      if (k > stride) return false;
      const struck = await estate.faultyAt(k, kinds, estate[which], stride);
      strikes += struck;
      if (which === "destroy") estate.expectNothingLeft();
      else {
        estate.expectAgreement();
        const sent = estate.puts;
        expectSuccess(await estate.up());
        expect(estate.puts).toBe(sent);
      }
      return struck > 0;
    });
    return strikes;
  }

  private async each(which: Which, once: (estate: Estate, k: number) => Promise<boolean>): Promise<number> {
    for (let k = 1; ; k++) {
      const estate = await Estate.start(this.program, this.before[which], this.speed);
      try {
        if (!(await once(estate, k))) return k - 1;
      } catch (error) {
        throw new Error(`at request ${k}: ${(error as Error).message}`, { cause: error });
      } finally {
        await estate.stop();
      }
    }
  }
}
