/** Where every packet went (docs/reference/api.md), checked. */
import { count, mapOf, orNull, shape, text, type Decoder } from "../decode";

/** Exact counts of the ledger: packets on the wire, and the buffers they came in. */
export interface Tally {
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly buffers: bigint;
  readonly buffer_bytes: bigint;
}

export interface LedgerRow {
  readonly interface: string;
  /** Null for captures, which know of none. */
  readonly direction: string | null;
  readonly outcomes: ReadonlyMap<string, Tally>;
  readonly seen: Tally;
  readonly device: { readonly packets: bigint; readonly counts: string } | null;
  readonly residual: { readonly packets: bigint } | null;
}

const tally: Decoder<Tally> = shape<Tally>({
  packets: count,
  bytes: count,
  buffers: count,
  buffer_bytes: count,
});

export const ledgerRow: Decoder<LedgerRow> = shape<LedgerRow>({
  interface: text,
  direction: orNull(text),
  outcomes: mapOf(tally),
  seen: tally,
  device: orNull(shape({ packets: count, counts: text })),
  residual: orNull(shape({ packets: count })),
});
