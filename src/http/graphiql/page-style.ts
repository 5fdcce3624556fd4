/** Style of the page around GraphiQL. */
export const pageStyle = `
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; font: 14px/1.4 system-ui, sans-serif; color: #1d2333; }
header { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; padding: 8px 16px; background: #f4f5f8; border-bottom: 1px solid #d9dce3; }
h1 { margin: 0; font-size: 15px; }
form { display: flex; gap: 8px; align-items: center; }
input { width: 22em; max-width: 50vw; padding: 4px 8px; border: 1px solid #8a90a0; border-radius: 4px; font: inherit; }
button:where(header *) { padding: 4px 12px; border: 1px solid #8a90a0; border-radius: 4px; background: #fff; font: inherit; cursor: pointer; }
button:where(header *):hover { background: #e9ebf0; }
#who { color: #4b5263; }
#who.failed { color: #a4161a; }
main { flex: 1; min-height: 0; }
`;
