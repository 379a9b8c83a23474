import { defineConfig } from "vitest/config";

/** `npm run crash`: what takes longer than `npm test` should. */
export default defineConfig({
  test: {
    include: ["test/life/**/*.crash.ts"],
    maxWorkers: 2,
  },
});
