import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { SecondLook } from "./second-look.ts";

/** Where `npm run dev` finds a running server. */
const server = process.env.PARLOUR_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": { target: server, ws: true } } },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/ui/pretend-layout.ts", "src/ui/pretend-patience.ts"],
    restoreMocks: true,
    testTimeout: 120_000,
    ...(process.env.CI === undefined ? {} : { retry: 1, reporters: ["default", new SecondLook()] }),
  },
});
