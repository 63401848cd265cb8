import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { csvOf } from "../src/export/csv";
import { curlOf } from "../src/export/curl";
import { fileName } from "../src/export/filename";

test("cells with commas, quotes or line ends are quoted", () => {
  expect(
    csvOf(
      ["a", "b"],
      [
        ["x,y", 'say "no"'],
        ["two\nlines", 3],
        [null, 0.5],
      ],
    ),
  ).toBe('a,b\r\n"x,y","say ""no"""\r\n"two\nlines",3\r\n,0.5\r\n');
});

test("a name is never a formula, a number always one", () => {
  expect(csvOf(["a"], [["=1+1"], ["@x"], ["-2"], [-2], ["+3,4"]])).toBe(
    "a\r\n'=1+1\r\n'@x\r\n'-2\r\n-2\r\n\"'+3,4\"\r\n",
  );
});

test("a file tells interface, view and time", () => {
  expect(fileName(["eth0"], "matrix", 1763800000.25, "svg")).toBe(
    "tunnel-monitor_eth0_matrix_2025-11-22T08-26-40Z.svg",
  );
  expect(fileName(["veth/1", "br:2"], "table", 0, "csv")).toBe(
    "tunnel-monitor_veth_1+br_2_table_1970-01-01T00-00-00Z.csv",
  );
});

test("the token is no part of what is copied", () => {
  const command = curlOf("http://[::1]:8080/api/v1/flows?filter=!peer:10.0.0.1&token=secret", true);
  expect(command).not.toContain("secret");
  expect(command).toContain('-H "Authorization: Bearer $TUNNEL_MONITOR_TOKEN"');
});

test("a shell reads the address as it is", () => {
  const filter = "path:*gre*'$(id)'!x `id` \"\\";
  const address = `http://127.0.0.1:8080/api/v1/flows?${new URLSearchParams({ filter }).toString()}`;
  const command = curlOf(address, false).replace(/^curl -gsS/, "printf %s");
  const read = execFileSync("sh", ["-c", command], { encoding: "utf8" });
  expect(new URL(read).searchParams.get("filter")).toBe(filter);
});
