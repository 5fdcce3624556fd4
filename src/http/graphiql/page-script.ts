/** Script of the page: asks for the key, keeps it for this tab only, and sends it with every operation. */
export const pageScript = `"use strict";
(() => {
  const storageKey = "dataos-apikey";
  const example = [
    "# Ctrl-Enter runs the operation; the book on the left explains every field.",
    "query Start {",
    "  me { id name roles }",
    "  entityCounts { value count }",
    "}",
    "",
  ].join("\\n");
  const field = document.getElementById("key");
  const who = document.getElementById("who");
  const root = ReactDOM.createRoot(document.getElementById("graphiql"));

  const send = async (body) => {
    const key = sessionStorage.getItem(storageKey);
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", ...(key ? { apikey: key } : {}) },
      body: JSON.stringify(body),
    });
    return response.json();
  };

  const tell = (text, failed) => {
    who.textContent = text;
    who.className = failed ? "failed" : "";
  };

  // a new key of the element makes GraphiQL read the schema again
  let shown = 0;
  const show = () =>
    root.render(
      React.createElement(GraphiQL, {
        key: String(shown++),
        fetcher: send,
        defaultQuery: example,
        shouldPersistHeaders: false,
        isHeadersEditorEnabled: false,
      }),
    );

  const login = async () => {
    if (!sessionStorage.getItem(storageKey)) return tell("paste an API key to begin; it stays in this tab", false);
    try {
      const { data, errors } = await send({ query: "{ me { id name } }" });
      if (!data) return tell(errors?.[0]?.message ?? "no answer", true);
      tell(data.me.name + " (" + data.me.id + ")", false);
      show();
    } catch (error) {
      tell("the server does not answer: " + error.message, true);
    }
  };

  document.getElementById("login").addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) sessionStorage.setItem(storageKey, field.value.trim());
    field.value = "";
    void login();
  });
  document.getElementById("forget").addEventListener("click", () => {
    sessionStorage.removeItem(storageKey);
    root.render(null);
    void login();
  });
  void login();
})();
`;
