// The streams that the page carries: see src/outputs/viewer/pack.rs and sheets.rs.

/** Reads the model and gives access to the flat arrays beside it. */
export async function open(text) {
  const buffer = await inflated(text);
  const length = new DataView(buffer).getUint32(0, true);
  const model = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const first = Math.ceil((4 + length) / 8) * 8;
  const array = (Kind) => ([offset, bytes]) =>
    new Kind(buffer, first + offset, bytes / Kind.BYTES_PER_ELEMENT);
  return {
    model,
    u8: array(Uint8Array),
    u32: array(Uint32Array),
    f32: array(Float32Array),
    f64: array(Float64Array),
  };
}

/** The bytes of a zlib stream in base64. */
export function inflated(text) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

function bytesOf(text) {
  const chars = atob(text);
  const bytes = new Uint8Array(chars.length);
  for (let i = 0; i < chars.length; i++) bytes[i] = chars.charCodeAt(i);
  return bytes;
}
