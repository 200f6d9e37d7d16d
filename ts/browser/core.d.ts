/** The JavaScript around the WebAssembly, as `npm run build:wasm` writes it. */
declare module "crushlab-wasm" {
  /** Makes the core ready. A second call changes nothing. */
  export function initSync(options: { module: BufferSource }): void;
}

/** The WebAssembly itself, as gzip packs it; put in when the module is bundled. */
declare module "crushlab-wasm-packed" {
  const packed: Uint8Array<ArrayBuffer>;
  export default packed;
}
