/** The core as WebAssembly; `npm run build:wasm` makes it, with the classes of `#native` beside. */
declare module "crushlab-wasm" {
  /** Compiles and starts the module; everything of `#native` works from then on. */
  export function initSync(options: { module: BufferSource }): unknown;
}
