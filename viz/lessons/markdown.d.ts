declare module "*.md" {
  /** The file as HTML, made when the page was built. */
  const html: string;
  export default html;
}
