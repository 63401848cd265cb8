import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/tunnel_monitor/built/page",
    emptyOutDir: true,
    license: { fileName: "licenses.txt" },
    target: "es2022",
    // The server's policy allows no data: URL but for images, so fonts stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": process.env.TUNNEL_MONITOR_API ?? "http://127.0.0.1:8080" } },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
