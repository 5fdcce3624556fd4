/** SECURITY: scripts from this server only, none inline, nothing sent elsewhere. */
export const pageSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page at `GET /graphql`. */
export const pageHtml = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>dataos API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/graphql/assets/graphiql.css">
    <link rel="stylesheet" href="/graphql/assets/page.css">
  </head>
  <body>
    <header>
      <h1>dataos API</h1>
      <form id="login">
        <label for="key">API key</label>
        <input id="key" type="password" autocomplete="off" spellcheck="false" placeholder="hmd_…">
        <button type="submit">Use</button>
        <button type="button" id="forget">Forget</button>
      </form>
      <output id="who" for="key"></output>
    </header>
    <main id="graphiql"></main>
    <script src="/graphql/assets/react.js"></script>
    <script src="/graphql/assets/react-dom.js"></script>
    <script src="/graphql/assets/graphiql.js"></script>
    <script src="/graphql/assets/page.js"></script>
  </body>
</html>
`;
