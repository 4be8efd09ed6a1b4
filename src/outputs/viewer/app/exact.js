// Numbers to the last digit. Amounts are whole numbers of 1e-12 units, as the analysis adds them.

const STEPS = 1e12;

/** The float that a sum of steps stands for: what the tables round. */
export const valueOf = (steps) => Number(steps) / STEPS;

/** The steps of a number as the tables print it; null of null. */
export function steps(text) {
  if (text === null) return null;
  const [whole, part = ""] = text.split(".");
  return BigInt(whole + part.padEnd(12, "0"));
}

/** A float with so many decimals, as the tables print it: its exact binary value is rounded,
 *  halves to the even digit. */
export function printed(value, decimals) {
  const negative = value < 0;
  const [whole, exponent] = dissect(Math.abs(value));
  // value = whole × 2^exponent; scaled by 10^decimals and rounded.
  let scaled = whole * 10n ** BigInt(decimals);
  if (exponent >= 0) {
    scaled <<= BigInt(exponent);
  } else {
    const unit = 1n << BigInt(-exponent);
    const rest = scaled % unit;
    scaled /= unit;
    if (rest * 2n > unit || (rest * 2n === unit && scaled % 2n === 1n)) scaled += 1n;
  }
  const digits = scaled.toString().padStart(decimals + 1, "0");
  const cut = digits.length - decimals;
  const text = decimals ? `${digits.slice(0, cut)}.${digits.slice(cut)}` : digits;
  return negative && scaled !== 0n ? `-${text}` : text;
}

function dissect(value) {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const all = bits.getBigUint64(0);
  const exponent = Number((all >> 52n) & 0x7ffn);
  const mantissa = all & 0xfffffffffffffn;
  return exponent === 0 ? [mantissa, -1074] : [mantissa | (1n << 52n), exponent - 1075];
}

/** A printed number for people: Spanish `12 345,6` (four digits stay together), English `12,345.6`. */
export function localized(text, lang, most = 99) {
  if (text === "" || text === null || text === undefined) return "";
  let [whole, part = ""] = text.split(".");
  if (part.length > most) [whole, part = ""] = printed(Number(text), most).split(".");
  if (/^0*$/.test(part)) part = "";
  const sign = whole.startsWith("-") ? "−" : "";
  const digits = whole.replace("-", "");
  const [gap, comma, least] = lang === "es" ? ["\u202f", ",", 5] : [",", ".", 4];
  const grouped =
    digits.length < least ? digits : digits.replace(/\B(?=(\d{3})+(?!\d))/g, gap);
  return sign + grouped + (part ? comma + part : "");
}
