/** The vectors of tests/filter_vectors.json, checked as far as the tests rely on them. */

export interface Row {
  readonly interface: string;
  readonly direction: string;
  readonly path: string;
  readonly vni: number | null;
  readonly outer_src: string | null;
  readonly outer_dst: string | null;
  readonly inner_src: string | null;
  readonly inner_dst: string | null;
  readonly packets: number;
  readonly bytes: number;
}

interface Vectors {
  readonly elapsed_s: number;
  readonly host: string;
  readonly names: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  readonly filters: readonly { readonly text: string; readonly rows: readonly number[] }[];
  readonly errors: readonly {
    readonly text: string;
    readonly start: number;
    readonly length: number;
    readonly says: string;
  }[];
}

export function isVectors(value: unknown): value is Vectors {
  if (typeof value !== "object" || value === null) return false;
  return (
    "rows" in value &&
    Array.isArray(value.rows) &&
    "filters" in value &&
    Array.isArray(value.filters) &&
    value.filters.length > 50 &&
    "errors" in value &&
    Array.isArray(value.errors) &&
    value.errors.length > 20
  );
}
