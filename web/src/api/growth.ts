/** The culprit of a growth (docs/reference/api.md), checked. */
import { number, orNull, record, shape, text, type Decoder } from "../decode";

/** The endpoint that grew most, and made most of all growth. */
export interface Grown {
  readonly encap: string;
  readonly vni: number | null;
  readonly outer_src: string;
  readonly inner_src: string;
  /** Where most of it goes; "" if that is no single endpoint. */
  readonly outer_dst: string;
  readonly inner_dst: string;
  /** Bits and packets a second more than before. */
  readonly more_bps: number;
  readonly more_pps: number;
  /** Its part of all growth, 0 to 1. */
  readonly share: number;
  readonly from: number;
  readonly to: number;
  readonly before_from: number;
  readonly before_to: number;
}

export const grown: Decoder<Grown> = shape<Grown>({
  encap: text,
  vni: orNull(number),
  outer_src: text,
  inner_src: text,
  outer_dst: text,
  inner_dst: text,
  more_bps: number,
  more_pps: number,
  share: number,
  from: number,
  to: number,
  before_from: number,
  before_to: number,
});

/**
 * The culprit of a reply of `growth`.
 *
 * @throws ReplyError likewise.
 */
export function readCulprit(value: unknown): Grown | null {
  return orNull(grown)(record(value, "growth").culprit, "growth.culprit");
}
